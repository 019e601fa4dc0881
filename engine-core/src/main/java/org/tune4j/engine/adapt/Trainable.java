package org.tune4j.engine.adapt;

import java.util.List;
import org.tune4j.engine.model.TensorSlot;

/**
 * A tensor that is trained.
 *
 * @param slot its name, shape and the tensors of a file that it is made of
 * @param decayed whether weight decay applies to it
 * @param hidden whether it is the matrix, or the matrices, of layers between vectors of hidden
 *     sizes: no embedding, no output layer, no norm, no bias
 */
public record Trainable(TensorSlot slot, boolean decayed, boolean hidden) {
  /** A tensor that is no hidden layer's matrix. */
  public Trainable(TensorSlot slot, boolean decayed) {
    this(slot, decayed, false);
  }

  /** How many numbers they hold. */
  public static long elements(List<Trainable> trainables) {
    return trainables.stream().mapToLong(trainable -> trainable.slot().elements()).sum();
  }
}
