package org.tune4j.engine.train;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.optim.Optimizer;

/**
 * One update that is made inside the backward pass: a block is updated as soon as its gradient is
 * there, which then makes room for that of the block below. A block whose gradient is not finite is
 * left as it is.
 */
final class ReleasedUpdate {
  private final TrainableTensors trainables;
  private final Gradients gradients;
  private final Optimizer.Update update;
  private final Set<String> zero = new HashSet<>();
  private double squares;
  private boolean updated;

  /**
   * Begins.
   *
   * @param update has updated nothing so far
   */
  ReleasedUpdate(TrainableTensors trainables, Optimizer.Update update) {
    this.trainables = trainables;
    this.gradients = new Gradients(trainables);
    this.update = update;
  }

  /**
   * Updates what belongs to a block, and clears its gradient.
   *
   * @param block {@link Trainable#NO_BLOCK} for what belongs to none
   */
  void of(int block) {
    double sum = 0;
    for (Trainable trainable : trainables.all()) {
      if (trainable.block() == block) {
        double norm = Gradients.norm(trainables.gradient(trainable.slot()));
        if (norm == 0) {
          zero.add(trainable.slot().name());
        }
        sum += norm * norm;
      }
    }
    List<TrainedRange> ranges =
        trainables.ranges().stream().filter(range -> range.unit() == block).toList();
    if (TrainStep.isSound(Math.sqrt(sum))) {
      ranges.forEach(update::of);
      updated |= !ranges.isEmpty();
    }
    ranges.forEach(gradients::clear);
    squares += sum;
  }

  /** All gradients were there; it counts if one of them was fit to learn from. */
  void finish() {
    if (updated) {
      update.finish();
    }
  }

  /** The Euclidean norm over all gradients so far. */
  double norm() {
    return Math.sqrt(squares);
  }

  /** The names of the tensors whose gradient was exactly zero. */
  Set<String> zero() {
    return zero;
  }
}
