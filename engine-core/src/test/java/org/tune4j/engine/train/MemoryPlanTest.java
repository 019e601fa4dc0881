package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.preflight.Forecast.Division;

class MemoryPlanTest {
  private static final Optional<Division> NEW = Optional.empty();

  private static TrainConfig config(int rows, int accumulation, Recompute recompute) {
    return TrainConfig.builder()
        .perDeviceTrainBatchSize(rows)
        .gradientAccumulationSteps(accumulation)
        .recompute(recompute)
        .seed(7)
        .build();
  }

  /** 100 bytes, and 10 a row at once, or 2 with recompute. */
  private static MemoryForecast need(int rows, Recompute recompute) {
    long activations = (long) rows * (recompute == Recompute.BLOCKS ? 2 : 10);
    return new MemoryForecast(1, 60, 20, activations, 20);
  }

  private static MemoryPlan plan(TrainConfig wanted, Optional<Division> earlier, long available) {
    return MemoryPlan.of(wanted, earlier, MemoryPlanTest::need, available);
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
    Optional<Division> earlier = Optional.of(new Division(2, false, true));
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
}
