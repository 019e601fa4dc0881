package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The gradient of the loss with respect to all weights of a model of each family, in fp64, against
 * differences of the loss itself: of all weights at once, and of one tensor at a time.
 */
class ModelGradientTest {
  private static final double STEP = 1e-6;

  static Stream<String> models() {
    return Stream.concat(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream());
  }

  @ParameterizedTest
  @MethodSource("models")
  void gradientIsWhatTheLossChangesBy(String config) {
    try (CausalLm model = RandomModels.create(config, DType.FLOAT64, 7);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), DType.FLOAT64, model.scope());
        BoundModel bound = new BoundModel(model, null, trained)) {
      TrainableWeights.copyFrom(model, trained);
      double[] weights = trained.flat().toDoubles();
      List<double[]> gradients = new ArrayList<>();
      for (Recompute recompute : Recompute.values()) {
        set(trained.flatGradient(), new double[weights.length]);
        loss(bound, recompute);
        gradients.add(trained.flatGradient().toDoubles());
      }
      assertThat(gradients.get(1)).containsExactly(gradients.get(0), within(1e-12));
      List<int[]> ranges = new ArrayList<>(List.of(new int[] {0, weights.length}));
      int at = 0;
      for (var each : trained.all()) {
        int end = at + (int) each.slot().elements();
        ranges.add(new int[] {at, end});
        at = end;
      }
      Random random = new Random(9);
      for (int[] range : ranges) {
        double[] direction = new double[weights.length];
        double wanted = 0;
        for (int i = range[0]; i < range[1]; i++) {
          direction[i] = random.nextGaussian();
          wanted += direction[i] * gradients.get(0)[i];
        }
        double above = lossAt(bound, trained, weights, direction, STEP);
        double below = lossAt(bound, trained, weights, direction, -STEP);
        assertThat((above - below) / (2 * STEP))
            .as("of numbers %d to %d", range[0], range[1])
            .isCloseTo(wanted, within(1e-6 + 1e-6 * Math.abs(wanted)));
      }
    }
  }

  private static double lossAt(
      BoundModel bound,
      TrainableTensors trained,
      double[] weights,
      double[] direction,
      double step) {
    double[] moved = weights.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    set(trained.flat(), moved);
    double loss = loss(bound, Recompute.NONE);
    set(trained.flat(), weights);
    return loss;
  }

  private static void set(org.tune4j.engine.tensor.Tensor target, double[] numbers) {
    try (TensorScope work = TensorScope.open()) {
      TensorOps.copy(target, work.doubles(numbers, numbers.length));
    }
  }

  /** Also adds gradients. */
  private static double loss(BoundModel bound, Recompute recompute) {
    Random random = new Random(3);
    List<EncodedExample> examples = new ArrayList<>();
    for (int length : new int[] {11, 9, 4}) {
      int[] ids = random.ints(length, 0, 97).toArray();
      examples.add(new EncodedExample(length, "row", ids, ids.clone()));
    }
    try (TensorScope work = TensorScope.open()) {
      BatchTensors batch = bound.upload(Batch.of(examples), work);
      return new CausalLmObjective().lossAndGradients(bound, batch, 1, recompute, null).sum();
    }
  }
}
