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
 * @param block the block of the model that it belongs to; {@link #NO_BLOCK} for none
 * @param rate what its learning rate is a multiple of the run's by
 */
public record Trainable(TensorSlot slot, boolean decayed, boolean hidden, int block, double rate) {
  /** What is trained outside of blocks, or has a gradient until the update in any case. */
  public static final int NO_BLOCK = -1;

  /** What the names of tensors begin with that belong to a loss, and to no file of a model. */
  public static final String OF_LOSS = "loss/";

  public Trainable {
    if (!(rate >= 0 && Double.isFinite(rate))) {
      throw new IllegalArgumentException(slot.name() + ": a learning rate times " + rate);
    }
  }

  /** A tensor of no block, at the run's learning rate. */
  public Trainable(TensorSlot slot, boolean decayed, boolean hidden) {
    this(slot, decayed, hidden, NO_BLOCK, 1);
  }

  /** A tensor of no block that is no hidden layer's matrix, at the run's learning rate. */
  public Trainable(TensorSlot slot, boolean decayed) {
    this(slot, decayed, false);
  }

  /** The same at another multiple of the run's learning rate. */
  public Trainable withRate(double multiple) {
    return new Trainable(slot, decayed, hidden, block, multiple);
  }

  /** The same as something of a loss: see {@link TrainableTensors#part}. */
  public Trainable ofLoss(String prefix) {
    TensorSlot named = new TensorSlot(OF_LOSS + prefix + slot.name(), slot.shape(), slot.parts());
    return new Trainable(named, decayed, hidden, NO_BLOCK, rate);
  }

  /** Whether it belongs to the loss that is learned by, and is of no use afterwards. */
  public boolean isOfLoss() {
    return slot.name().startsWith(OF_LOSS);
  }

  /** How many numbers they hold. */
  public static long elements(List<Trainable> trainables) {
    return trainables.stream().mapToLong(trainable -> trainable.slot().elements()).sum();
  }
}
