package org.tune4j.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

class UpdateResolutionTest {
  private final TensorScope scope = TensorScope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  private Tensor tensor(DType dtype, float[] numbers) {
    return TensorOps.cast(scope, scope.floats(numbers), dtype);
  }

  private static float[] all(int count, float number) {
    float[] numbers = new float[count];
    Arrays.fill(numbers, number);
    return numbers;
  }

  /** Weights at 1, from which some are to lose less than half of the distance to the next. */
  @ParameterizedTest
  @CsvSource({"BFLOAT16, 0.00390625", "FLOAT16, 0.00048828125"})
  void updatesBelowHalfAnUlpAreCounted(DType dtype, float distance) {
    float below = 0.49f * distance;
    Tensor weights = tensor(dtype, all(1000, 1));
    float[] gradients = new float[1000];
    float[] moved = all(1000, 1);
    for (int i = 0; i < 800; i++) { // the rest has no gradient
      gradients[i] = -1;
      moved[i] = 1 - (i < 200 ? below : 4 * below);
    }
    UpdateResolution resolution =
        new UpdateResolution(List.of(weights), List.of(scope.floats(gradients)), false);
    assertThat(resolution.share()).isNaN();
    resolution.measure(() -> TensorOps.copy(weights, scope.floats(moved)));
    assertThat(resolution.share()).isEqualTo(0.25);
    assertThat(resolution.advice()).isEmpty();
  }

  @Test
  void weightsWithoutMastersAreWarnedOfOnce() {
    Tensor weights = tensor(DType.BFLOAT16, all(10, 1));
    UpdateResolution resolution =
        new UpdateResolution(List.of(weights), List.of(scope.floats(all(10, 1))), false);
    for (int update = 0; update < 3; update++) {
      resolution.measure(() -> TensorOps.copy(weights, scope.floats(all(10, 1 - 0x1p-10f))));
      assertThat(resolution.share()).isEqualTo(1);
      Optional<String> advice = resolution.advice();
      if (update == 0) {
        assertThat(advice.orElseThrow())
            .startsWith("100 % of the updates")
            .contains("learning_rate", "master_weights split");
      } else {
        assertThat(advice).isEmpty();
      }
    }
  }

  @Test
  void withoutAnyGradientThereIsNoShare() {
    Tensor weights = tensor(DType.BFLOAT16, all(10, 1));
    UpdateResolution resolution =
        new UpdateResolution(List.of(weights), List.of(scope.floats(all(10, 0))), false);
    resolution.measure(() -> {});
    assertThat(resolution.share()).isNaN();
    assertThat(resolution.advice()).isEmpty();
  }

  private TrainableTensors trained(DType dtype, long... rows) {
    List<Trainable> slots =
        IntStream.range(0, rows.length)
            .mapToObj(i -> new Trainable(TensorSlot.whole("w" + i, rows[i], 100), true))
            .toList();
    return new TrainableTensors(slots, dtype, scope);
  }

  /**
   * On masters of fp32 small updates add up: each is lost, and together they are not. The sample of
   * 300,000 numbers tells what all of them would.
   */
  @Test
  void updatesThatAddUpAreMeasuredAndNotWarnedOf() {
    TrainableTensors weights = trained(DType.BFLOAT16, 1, 2999);
    int count = (int) weights.parameters();
    Random random = new Random(3);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = 0.02f * (float) random.nextGaussian();
    }
    TensorOps.copy(weights.flat(), scope.floats(numbers));
    TensorOps.copy(weights.flatGradient(), scope.floats(all(count, 1)));
    weights.refresh();
    UpdateResolution resolution = UpdateResolution.of(weights).orElseThrow();
    try (Optimizer sgd = new Sgd.Settings(0, false, 0).optimizer(weights, scope)) {
      float[] before = computed(weights);
      resolution.measure(() -> sgd.step(1e-5, 1));
      float[] after = computed(weights);
      double lost = IntStream.range(0, count).filter(i -> before[i] == after[i]).count();
      assertThat(lost / count).isBetween(0.5, 0.99);
      assertThat(resolution.share()).isCloseTo(lost / count, within(0.01));
      assertThat(resolution.advice()).isEmpty();
      for (int update = 0; update < 100; update++) {
        sgd.step(1e-5, 1);
      }
      float[] later = computed(weights);
      double still = IntStream.range(0, count).filter(i -> before[i] == later[i]).count();
      assertThat(still / count).isLessThan(0.05);
    }
    weights.close();
  }

  private float[] computed(TrainableTensors weights) {
    float[] numbers = new float[(int) weights.parameters()];
    int at = 0;
    for (Trainable each : weights.all()) {
      float[] own = TensorOps.cast(scope, weights.compute(each.slot()), DType.FLOAT32).toFloats();
      System.arraycopy(own, 0, numbers, at, own.length);
      at += own.length;
    }
    return numbers;
  }

  @Test
  void fp32IsNotMeasured() {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
      try (TrainableTensors weights = trained(dtype, 3)) {
        assertThat(UpdateResolution.of(weights)).isEmpty();
      }
    }
  }
}
