package org.tune4j.engine.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.optim.TrainedMatrices.Matrix;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** AdamW for some of the tensors, in optimizers that treat others in another way. */
final class AdamWTensors {
  private final AdamW.Settings settings;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final List<One> all = new ArrayList<>();

  /** A tensor as a flat vector, with its moments. */
  private record One(Tensor weights, Tensor gradients, Tensor first, Tensor second, double decay) {}

  /** No update made. */
  AdamWTensors(
      TrainableTensors trainables,
      List<Matrix> matrices,
      AdamW.Settings settings,
      TensorScope scope) {
    this.settings = settings;
    long total = matrices.stream().mapToLong(matrix -> matrix.weights().elements()).sum();
    for (String moment : List.of(AdamW.FIRST, AdamW.SECOND)) {
      state.put(moment, TensorOps.zeros(scope, trainables.flat().dtype(), total));
    }
    long from = 0;
    for (Matrix matrix : matrices) {
      long count = matrix.weights().elements();
      all.add(
          new One(
              TensorOps.view(scope, trainables.flat(), matrix.offset(), count),
              TensorOps.view(scope, trainables.flatGradient(), matrix.offset(), count),
              TensorOps.view(scope, state.get(AdamW.FIRST), from, count),
              TensorOps.view(scope, state.get(AdamW.SECOND), from, count),
              matrix.decayed() ? settings.weightDecay() : 0));
      from += count;
    }
  }

  Map<String, Tensor> state() {
    return state;
  }

  /** One update; {@code steps} were made before. */
  void step(double learningRate, double factor, long steps, TensorScope work) {
    for (One one : all) {
      AdamW.step(
          new FlatOptimizer.Stretch(
              one.weights(),
              one.gradients(),
              Map.of(AdamW.FIRST, one.first(), AdamW.SECOND, one.second())),
          settings,
          new double[] {learningRate, one.decay(), factor},
          steps,
          work);
    }
  }
}
