package org.tune4j.engine.optim;

import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.tensor.TensorScope;

/** What all optimizers have in common: what they update, how often they did, and their memory. */
abstract class CountedOptimizer implements Optimizer {
  final TrainableTensors trainables;
  final TensorScope scope;
  private long steps;

  /** An optimizer that has made no update; its state goes into a scope of its own. */
  CountedOptimizer(TrainableTensors trainables, TensorScope parent) {
    this.trainables = trainables;
    this.scope = parent.nested();
  }

  /** What comes before the first range of an update, which is made after {@link #steps} others. */
  void begin(double learningRate) {}

  /**
   * Updates a range of the masters.
   *
   * @param learningRate of this range
   */
  abstract void update(TrainedRange range, double learningRate, double gradientFactor);

  @Override
  public final Update begin(double learningRate, double gradientFactor) {
    if (!(learningRate >= 0)
        || !Double.isFinite(learningRate)
        || !Double.isFinite(gradientFactor)) {
      throw new IllegalArgumentException(
          "An update with learning rate "
              + learningRate
              + " and gradient factor "
              + gradientFactor);
    }
    begin(learningRate);
    return new Update() {
      @Override
      public void of(TrainedRange range) {
        update(range, learningRate * range.rate(), gradientFactor);
      }

      @Override
      public void all() {
        trainables.ranges().forEach(this::of);
      }

      @Override
      public void finish() {
        steps++;
      }
    };
  }

  @Override
  public final long steps() {
    return steps;
  }

  @Override
  public final void restore(long updates) {
    if (updates < 0) {
      throw new IllegalArgumentException("Updates made so far: wanted 0 or more, found " + updates);
    }
    this.steps = updates;
  }

  @Override
  public final void close() {
    scope.close();
  }
}
