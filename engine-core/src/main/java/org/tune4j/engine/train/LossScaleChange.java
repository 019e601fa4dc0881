package org.tune4j.engine.train;

/**
 * A change of the loss scale in fp16 training.
 *
 * @param step counted from 1
 * @param scale what the losses of later steps are multiplied with
 * @param overflowed whether the step's gradients overflowed, so that its update was not made; else
 *     the scale has grown
 * @param overflows steps of the run so far of which that is true
 */
public record LossScaleChange(long step, float scale, boolean overflowed, long overflows) {}
