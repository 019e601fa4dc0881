package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.optim.ScheduleFreeAdamW;
import org.tune4j.engine.preflight.Forecast.Division;
import org.tune4j.engine.tensor.DType;

class MemoryPlanTest {
  private static final Optional<RunIdentity> NEW = Optional.empty();

  private static TrainConfig config(int rows, int accumulation, Recompute recompute) {
    return TrainConfig.builder()
        .perDeviceTrainBatchSize(rows)
        .gradientAccumulationSteps(accumulation)
        .recompute(recompute)
        .seed(7)
        .build();
  }

  /** 100 bytes, and 10 a row at once, or 2 with recompute. */
  private static MemoryForecast need(TrainConfig config) {
    int row = config.recompute() == Recompute.BLOCKS ? 2 : 10;
    return new MemoryForecast(1, 60, 20, (long) config.perDeviceTrainBatchSize() * row, 20);
  }

  private static MemoryPlan plan(
      TrainConfig wanted, Optional<RunIdentity> earlier, long available) {
    return MemoryPlan.of(
        wanted, MemoryRungs.same(wanted), earlier, MemoryPlanTest::need, available);
  }

  private static Optional<RunIdentity> begun(TrainConfig config) {
    return Optional.of(new RunIdentity(Map.of()).and(config));
  }

  @Test
  void whatFitsIsKept() {
    TrainConfig wanted = config(8, 2, Recompute.NONE);
    MemoryPlan plan = plan(wanted, NEW, 180);
    assertThat(plan.config()).isEqualTo(wanted);
    assertThat(plan.division()).isEqualTo(new Division(8, false, false));
  }

  @Test
  void smallerMicroBatchesComeBeforeRecompute() {
    TrainConfig wanted = config(6, 1, Recompute.NONE);
    assertThat(plan(wanted, NEW, 159).division()).isEqualTo(new Division(3, false, true));
    assertThat(plan(wanted, NEW, 129).division()).isEqualTo(new Division(2, false, true));
    assertThat(plan(wanted, NEW, 119).division()).isEqualTo(new Division(1, false, true));
    assertThat(plan(wanted, NEW, 109).division()).isEqualTo(new Division(3, true, true));
  }

  @Test
  void whatNeedsLeastIsToldWhenNothingFits() {
    MemoryPlan plan = plan(config(6, 1, Recompute.NONE), NEW, 50);
    assertThat(plan.division()).isEqualTo(new Division(1, true, true));
    assertThat(plan.forecast().total()).isEqualTo(102);
  }

  @Test
  void aRunThatGoesOnKeepsItsDivision() {
    TrainConfig wanted = config(8, 1, Recompute.NONE);
    Optional<RunIdentity> earlier = begun(wanted.divided(2, Recompute.NONE));
    assertThat(plan(wanted, earlier, 1000).division()).isEqualTo(new Division(2, false, true));
    assertThat(plan(wanted, earlier, 10).division()).isEqualTo(new Division(2, false, true));
    // Of another run it is not a division.
    assertThat(plan(config(9, 1, Recompute.NONE), earlier, 1000).replanned()).isFalse();
  }

  @Property
  void anUpdateHasTheSameRows(
      @ForAll @IntRange(min = 1, max = 48) int rows,
      @ForAll @IntRange(min = 1, max = 4) int accumulation,
      @ForAll Recompute recompute,
      @ForAll @IntRange(min = 90, max = 700) int available) {
    TrainConfig wanted = config(rows, accumulation, recompute);
    TrainConfig planned = plan(wanted, NEW, available).config();
    assertThat(planned.perDeviceTrainBatchSize() * planned.gradientAccumulationSteps())
        .isEqualTo(rows * accumulation);
    assertThat(planned.recompute()).isGreaterThanOrEqualTo(recompute);
    assertThat(planned.divided(1, Recompute.BLOCKS)).isEqualTo(wanted.divided(1, Recompute.BLOCKS));
  }

  /** Bytes of a model of 10 numbers: as they are held, and 30 of activations. */
  private static MemoryForecast held(TrainConfig config) {
    TrainedStorage storage = config.memory().storage();
    Trainable ten = new Trainable(TensorSlot.whole("w", 10), true);
    long bytes =
        10 * storage.masterBytes(DType.BFLOAT16)
            + storage.gradientBytes(List.of(ten), DType.BFLOAT16)
            + (config.memory().spillStates()
                ? 0
                : config.optimizer() instanceof AdamW.Settings ? 80 : 20);
    long activations = config.recompute() == Recompute.BLOCKS ? 10 : 30;
    return new MemoryForecast(10, 0, bytes, activations, 0);
  }

  private static MemoryPlan ladder(TrainConfig wanted, long available) {
    return MemoryPlan.of(
        wanted, MemoryRungs.all(wanted, DType.BFLOAT16), NEW, MemoryPlanTest::held, available);
  }

  @Test
  void theFastestRungThatFitsIsTaken() {
    TrainConfig wanted = config(1, 1, Recompute.NONE); // 60 + 40 + 80 + 30
    assertThat(ladder(wanted, 210).changes()).isEmpty();
    assertThat(ladder(wanted, 195).changes()).isEqualTo("gradients = compute");
    assertThat(ladder(wanted, 180).changes())
        .isEqualTo("master_weights = split, gradients = compute");
    assertThat(ladder(wanted, 100).changes())
        .isEqualTo("master_weights = split24, gradients = compute, optim = adamw_8bit");
    assertThat(ladder(wanted, 100).division().recompute()).isFalse();
    assertThat(ladder(wanted, 80).division().recompute()).isTrue();
    assertThat(ladder(wanted, 60).changes()).endsWith("spill = states");
  }

  @Test
  void whatExcludesARungIsLeftOut() {
    TrainConfig accumulated = config(1, 2, Recompute.NONE);
    assertThat(ladder(accumulated, 1).changes()).doesNotContain("gradients");
    TrainConfig scheduleFree = wanted(new ScheduleFreeAdamW.Settings(0.9, 0.999, 1e-8, 0, 0, 2));
    assertThat(ladder(scheduleFree, 1).changes()).isEqualTo("spill = states");
  }

  private static TrainConfig wanted(OptimizerConfig optimizer) {
    return config(1, 1, Recompute.NONE).toBuilder()
        .lrSchedulerType(Schedule.Type.CONSTANT)
        .optimizer(optimizer)
        .build();
  }

  @Test
  void aRunThatGoesOnKeepsItsRungs() {
    TrainConfig wanted = config(1, 1, Recompute.NONE);
    TrainConfig planned = ladder(wanted, 100).config();
    MemoryPlan again =
        MemoryPlan.of(
            wanted,
            MemoryRungs.all(wanted, DType.BFLOAT16),
            begun(planned),
            MemoryPlanTest::held,
            1000);
    assertThat(again.config()).isEqualTo(planned);
  }
}
