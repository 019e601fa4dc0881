package org.tune4j.engine.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tune4j.engine.adapt.Stretch;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * An optimizer that treats each number by itself: one call for each stretch of the flat vectors.
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
      state.put(
          name, trainables.stateZeros(scope, trainables.updatedIn(), trainables.parameters()));
    }
  }

  /**
   * Updates a stretch.
   *
   * @param decay of its weights
   * @param factor on its gradient
   */
  abstract void step(
      Piece piece, double learningRate, double decay, double factor, TensorScope work);

  /**
   * A stretch with the optimizer's state of it.
   *
   * @param weights fp32 or fp64
   * @param gradients in the same type; may be changed
   */
  record Piece(Tensor weights, Tensor gradients, Map<String, Tensor> state) {
    /**
     * A stretch, with what the vectors of a state have of it.
     *
     * @param from the place of the stretch's first number there
     */
    static Piece of(Stretch stretch, Map<String, Tensor> state, long from) {
      Map<String, Tensor> part = new LinkedHashMap<>();
      state.forEach(
          (name, all) ->
              part.put(name, TensorOps.view(stretch.scope(), all, from, stretch.count())));
      return new Piece(stretch.weights(), stretch.gradients(), part);
    }
  }

  @Override
  final void update(TrainedRange range, double learningRate, double gradientFactor) {
    trainables.update(
        range.from(),
        range.count(),
        steps(),
        stretch ->
            step(
                Piece.of(stretch, state, stretch.from()),
                learningRate,
                range.decayed() ? weightDecay : 0,
                gradientFactor,
                stretch.scope()));
  }

  @Override
  public Map<String, Tensor> state() {
    return new LinkedHashMap<>(state);
  }
}
