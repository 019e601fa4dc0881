package org.tune4j.engine.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.optim.TrainedMatrices.Matrix;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** AdamW for some of the tensors, in optimizers that treat others in another way. */
final class AdamWTensors {
  private final TrainableTensors trainables;
  private final AdamW.Settings settings;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final List<One> all = new ArrayList<>();

  /** A tensor, and where its moments begin. */
  private record One(Matrix matrix, long stateFrom) {}

  /** No update made. */
  AdamWTensors(
      TrainableTensors trainables,
      List<Matrix> matrices,
      AdamW.Settings settings,
      TensorScope scope) {
    this.trainables = trainables;
    this.settings = settings;
    long total = matrices.stream().mapToLong(matrix -> matrix.elements()).sum();
    for (String moment : List.of(AdamW.FIRST, AdamW.SECOND)) {
      state.put(moment, trainables.stateZeros(scope, trainables.updatedIn(), total));
    }
    long from = 0;
    for (Matrix matrix : matrices) {
      all.add(new One(matrix, from));
      from += matrix.elements();
    }
  }

  Map<String, Tensor> state() {
    return state;
  }

  /** Updates those of a range; {@code steps} updates were made before. */
  void update(TrainedRange range, double learningRate, double factor, long steps) {
    double decay = range.decayed() ? settings.weightDecay() : 0;
    for (One one : all) {
      if (one.matrix().range().equals(range)) {
        long offset = one.matrix().offset();
        trainables.update(
            offset,
            one.matrix().elements(),
            steps,
            stretch ->
                AdamW.step(
                    FlatOptimizer.Piece.of(
                        stretch, state, one.stateFrom() + stretch.from() - offset),
                    settings,
                    new double[] {learningRate, decay, factor},
                    steps,
                    stretch.scope()));
      }
    }
  }
}
