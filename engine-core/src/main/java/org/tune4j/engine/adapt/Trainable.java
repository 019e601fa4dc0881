package org.tune4j.engine.adapt;

import org.tune4j.engine.model.TensorSlot;

/**
 * A tensor that is trained.
 *
 * @param slot its name, shape and the tensors of a file that it is made of
 * @param decayed whether weight decay applies to it
 */
public record Trainable(TensorSlot slot, boolean decayed) {}
