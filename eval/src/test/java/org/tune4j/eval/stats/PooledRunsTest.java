package org.tune4j.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.DataException;

class PooledRunsTest {
  private static final Resampling RESAMPLING = Resampling.seeded(500, 3);

  private static RowStatistics ratio(long seed, int rows) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] numbers = new double[rows][];
    Arrays.setAll(numbers, row -> new double[] {random.nextInt(5), 1 + random.nextInt(9)});
    return ratio(numbers);
  }

  private static RowStatistics ratio(double[]... numbers) {
    return RowStatistics.of(numbers, sum -> sum[0] / sum[1]);
  }

  @Test
  void isTheMetricOfAllAnswers() {
    RowStatistics pooled =
        RowStatistics.pooled(
            List.of(
                ratio(new double[] {1, 2}, new double[] {3, 4}),
                ratio(new double[] {5, 6}, new double[] {0, 1})));
    assertThat(pooled.value()).isEqualTo(9.0 / 13);
    assertThat(pooled.rows()).isEqualTo(2);
    assertThat(pooled.areExchangeable()).isTrue();
  }

  /** Were the runs' rows taken for rows of their own, the interval would shrink. */
  @Test
  void theSameRunTwiceIsAsUnsureAsOnce() {
    RowStatistics once = ratio(7, 60);
    Interval alone = Bootstrap.of(once, RESAMPLING).bca(0.95);
    Interval twice = Bootstrap.of(RowStatistics.pooled(List.of(once, once)), RESAMPLING).bca(0.95);
    assertThat(twice.low()).isCloseTo(alone.low(), within(1e-12));
    assertThat(twice.high()).isCloseTo(alone.high(), within(1e-12));
  }

  @Test
  void runsOnOtherRowsAreRefused() {
    assertThatThrownBy(() -> RowStatistics.pooled(List.of(ratio(1, 5), ratio(2, 6))))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> RowStatistics.pooled(List.of())).isInstanceOf(DataException.class);
  }
}
