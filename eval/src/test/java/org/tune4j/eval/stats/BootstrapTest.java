package org.tune4j.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.eval.metric.MetricRows;
import org.tune4j.eval.metric.Metrics;

class BootstrapTest {
  private static final double LEVEL = 0.95;
  private static final int SAMPLES = 1000;
  private static final int RESAMPLES = 600;

  /** How often intervals of simulated samples cover the true value. */
  private static double coverage(
      Function<Random, RowStatistics> sample,
      Function<Bootstrap, Interval> interval,
      double truth) {
    long covered =
        IntStream.range(0, SAMPLES)
            .filter(
                i -> {
                  RowStatistics rows = sample.apply(new Random(7919L * i + 17));
                  Bootstrap bootstrap = Bootstrap.of(rows, Resampling.seeded(RESAMPLES, i));
                  return interval.apply(bootstrap).contains(truth);
                })
            .count();
    return (double) covered / SAMPLES;
  }

  private static double[] drawn(Random random, int n, ToDoubleFunction<Random> value) {
    return IntStream.range(0, n).mapToDouble(i -> value.applyAsDouble(random)).toArray();
  }

  private static RowStatistics accuracy(Random random) {
    return RowStatistics.mean(drawn(random, 200, r -> r.nextDouble() < 0.8 ? 1 : 0));
  }

  @Test
  void intervalsOfAccuracyCoverItAsOftenAsTheySay() {
    assertThat(coverage(BootstrapTest::accuracy, b -> b.percentile(LEVEL), 0.8))
        .isBetween(0.93, 0.97);
    assertThat(coverage(BootstrapTest::accuracy, b -> b.basic(LEVEL), 0.8)).isBetween(0.93, 0.97);
    assertThat(coverage(BootstrapTest::accuracy, b -> b.bca(LEVEL), 0.8)).isBetween(0.93, 0.97);
  }

  @Test
  void intervalsOfASkewedMeanCoverItAsOftenAsTheySay() {
    Function<Random, RowStatistics> skewed =
        random -> RowStatistics.mean(drawn(random, 150, r -> -Math.log(1 - r.nextDouble())));
    assertThat(coverage(skewed, b -> b.percentile(LEVEL), 1)).isBetween(0.93, 0.97);
    assertThat(coverage(skewed, b -> b.bca(LEVEL), 1)).isBetween(0.93, 0.97);
  }

  /** Corpus metrics are such ratios: what matched by what was written. */
  @Test
  void intervalsOfARatioOfSumsCoverItAsOftenAsTheySay() {
    Function<Random, RowStatistics> ratio =
        random -> {
          double[][] rows = new double[150][];
          for (int row = 0; row < rows.length; row++) {
            double length = 5 + random.nextInt(40);
            rows[row] = new double[] {length * (0.3 + 0.4 * random.nextDouble()), length};
          }
          return RowStatistics.of(rows, sum -> sum[0] / sum[1]);
        };
    assertThat(coverage(ratio, b -> b.percentile(LEVEL), 0.5)).isBetween(0.93, 0.97);
    assertThat(coverage(ratio, b -> b.bca(LEVEL), 0.5)).isBetween(0.93, 0.97);
  }

  @Test
  void intervalsOfADifferenceCoverItAsOftenAsTheySay() {
    Function<Random, RowStatistics> difference =
        random -> {
          double[] hardness = drawn(random, 150, Random::nextDouble);
          double[] first = Arrays.stream(hardness).map(h -> h < 0.6 ? 1 : 0).toArray();
          double[] second =
              Arrays.stream(hardness)
                  .map(h -> h + 0.2 * random.nextDouble() < 0.8 ? 1 : 0)
                  .toArray();
          return RowStatistics.mean(second).minus(RowStatistics.mean(first));
        };
    assertThat(coverage(difference, b -> b.percentile(LEVEL), 0.1)).isBetween(0.93, 0.97);
  }

  @Test
  void underNoDifferenceThePValueIsSmallAsSeldomAsItSays() {
    long found =
        IntStream.range(0, SAMPLES)
            .filter(
                i -> {
                  Random random = new Random(31L * i + 5);
                  RowStatistics none =
                      RowStatistics.mean(drawn(random, 100, Random::nextGaussian))
                          .minus(RowStatistics.mean(drawn(random, 100, Random::nextGaussian)));
                  return Bootstrap.of(none, Resampling.seeded(RESAMPLES, i)).pValue() <= 0.05;
                })
            .count();
    assertThat((double) found / SAMPLES).isBetween(0.03, 0.075);
  }

  @Test
  void theStandardErrorIsThatOfTheMean() {
    double[] values = drawn(new Random(3), 400, Random::nextGaussian);
    Bootstrap bootstrap = Bootstrap.of(RowStatistics.mean(values), Resampling.seeded(4000, 1));
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 400;
    assertThat(bootstrap.standardError()).isCloseTo(Math.sqrt(variance / 400), within(0.002));
    assertThat(bootstrap.value()).isCloseTo(mean, within(1e-12));
  }

  @Test
  void corpusMetricsOfTextsAreResampledByTheirStatistics() {
    Random random = new Random(4);
    MetricRows texts = new MetricRows(Metrics.named("bleu"));
    for (int row = 0; row < 60; row++) {
      String wanted =
          "the bank raised its rate by " + random.nextInt(9) + " points in the last year";
      String got = random.nextBoolean() ? wanted : "rates of the bank rose in the last year";
      texts.add(got, List.of(wanted));
    }
    RowStatistics bleu =
        RowStatistics.of(texts.statistics().toArray(new double[0][]), texts.metric()::score);
    assertThat(bleu.value()).isEqualTo(texts.score());
    Interval interval = Bootstrap.of(bleu, Resampling.seeded(500, 1)).bca(LEVEL);
    assertThat(interval.contains(texts.score())).isTrue();
    assertThat(interval.high() - interval.low()).isBetween(1.0, 30.0);
  }

  @Test
  void aSeedGivesTheSameAndAnotherOneSomethingElse() {
    RowStatistics rows = accuracy(new Random(1));
    Interval once = Bootstrap.of(rows, Resampling.seeded(500, 3)).percentile(LEVEL);
    assertThat(Bootstrap.of(rows, Resampling.seeded(500, 3)).percentile(LEVEL)).isEqualTo(once);
    assertThat(Bootstrap.of(rows, Resampling.seeded(500, 4)).standardError())
        .isNotEqualTo(Bootstrap.of(rows, Resampling.seeded(500, 3)).standardError());
    int[] drawn = Resampling.seeded(2, 3).draw(1, 1000);
    assertThat(Arrays.stream(drawn).boxed().toList()).allMatch(row -> row >= 0 && row < 1000);
    assertThat(Arrays.stream(drawn).distinct().count()).isBetween(590L, 675L); // 1 - 1/e
  }

  @Test
  void modelsWithTheSameAnswersDoNotDiffer() {
    RowStatistics rows = accuracy(new Random(1));
    Bootstrap none = Bootstrap.of(rows.minus(rows), Resampling.seeded(200, 3));
    assertThat(none.percentile(LEVEL)).isEqualTo(new Interval(0, 0, LEVEL));
    assertThat(none.pValue()).isOne();
    assertThat(none.shareAtOrBelowZero()).isOne();
    assertThat(none.bca(LEVEL).low()).isNaN();
  }

  @Test
  void aMetricThatSomeResampleLacksIsRefused() {
    RowStatistics seldom =
        RowStatistics.of(new double[][] {{0, 0}, {0, 0}, {1, 1}, {0, 0}}, sum -> sum[0] / sum[1]);
    assertThatThrownBy(() -> Bootstrap.of(seldom, Resampling.seeded(50, 1)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("metric by resample: found NaN at");
  }

  @Test
  void wrongCallsAreRefused() {
    assertThatThrownBy(() -> RowStatistics.mean(new double[0])).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> RowStatistics.mean(new double[] {1, Double.NaN}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> RowStatistics.of(new double[][] {{1}, {1, 2}}, sum -> sum[0]))
        .isInstanceOf(DataException.class);
    RowStatistics two = RowStatistics.mean(new double[] {1, 2});
    assertThatThrownBy(() -> two.minus(RowStatistics.mean(new double[] {1})))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> Resampling.seeded(1, 0)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> Bootstrap.of(two, Resampling.given(new int[][] {{0, 1}, {0, 2}})))
        .hasMessageContaining("found row 2, wanted 0 to 1");
    assertThatThrownBy(() -> Bootstrap.of(two, Resampling.given(new int[][] {{0, 1}, {0}})))
        .isInstanceOf(DataException.class);
    Bootstrap bootstrap = Bootstrap.of(two, Resampling.seeded(5, 0));
    for (double level : new double[] {0, 1, -1, 95, Double.NaN}) {
      assertThatThrownBy(() -> bootstrap.percentile(level)).isInstanceOf(ConfigException.class);
      assertThatThrownBy(() -> bootstrap.bca(level)).isInstanceOf(ConfigException.class);
    }
  }
}
