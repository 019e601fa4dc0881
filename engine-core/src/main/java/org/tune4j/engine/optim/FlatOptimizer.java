package org.tune4j.engine.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * An optimizer that treats each number by itself: one call for all that are decayed and one for
 * those that are not, on stretches of the flat vectors.
 */
abstract class FlatOptimizer extends CountedOptimizer {
  private final double weightDecay;
  private final Map<String, Tensor> state = new LinkedHashMap<>();

  /**
   * An optimizer that has made no update.
   *
   * @param stateNames of its state's vectors, which begin as zeros
   */
  FlatOptimizer(
      TrainableTensors trainables, double weightDecay, TensorScope parent, String... stateNames) {
    super(trainables, parent);
    this.weightDecay = weightDecay;
    for (String name : stateNames) {
      state.put(name, TensorOps.zeros(scope, trainables.flat().dtype(), trainables.parameters()));
    }
  }

  /**
   * Updates a stretch.
   *
   * @param stretch gives the stretch of a flat vector
   * @param decay of its weights
   * @param factor on its gradient
   */
  abstract void step(
      Stretch stretch, double learningRate, double decay, double factor, TensorScope work);

  /** What comes before the stretches of an update. */
  void begin(double learningRate) {}

  /** A stretch of the flat vectors. */
  record Stretch(Tensor weights, Tensor gradients, Map<String, Tensor> state) {}

  @Override
  final void update(double learningRate, double gradientFactor) {
    begin(learningRate);
    long decayed = trainables.decayedParameters();
    range(0, decayed, weightDecay, learningRate, gradientFactor);
    range(decayed, trainables.parameters() - decayed, 0, learningRate, gradientFactor);
  }

  private void range(long from, long count, double decay, double learningRate, double factor) {
    if (count == 0) {
      return;
    }
    try (TensorScope work = scope.nested()) {
      Map<String, Tensor> part = new LinkedHashMap<>();
      state.forEach((name, all) -> part.put(name, TensorOps.view(work, all, from, count)));
      Stretch stretch =
          new Stretch(
              TensorOps.view(work, trainables.flat(), from, count),
              TensorOps.view(work, trainables.flatGradient(), from, count),
              part);
      step(stretch, learningRate, decay, factor, work);
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return new LinkedHashMap<>(state);
  }
}
