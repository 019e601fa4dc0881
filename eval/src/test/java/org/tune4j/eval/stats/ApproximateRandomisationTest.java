package org.tune4j.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class ApproximateRandomisationTest {
  private static double[][] rows(Random random, int n, double better) {
    return IntStream.range(0, n)
        .mapToObj(
            i -> {
              double length = 3 + random.nextInt(10);
              return new double[] {length * (random.nextDouble() + better), length};
            })
        .toArray(double[][]::new);
  }

  private static RowStatistics ratio(double[][] rows) {
    return RowStatistics.of(rows, sum -> sum[0] / sum[1]);
  }

  /** All 2^10 ways of swapping give the p-value that random ones estimate. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void equalsTheExactTest(long seed) {
    Random random = new Random(seed);
    double[][] first = rows(random, 10, 0);
    double[][] second = rows(random, 10, 0.15 * seed);
    double observed = ratio(second).value() - ratio(first).value();
    int asFar = 0;
    for (int swaps = 0; swaps < 1024; swaps++) {
      double[][] one = new double[10][];
      double[][] other = new double[10][];
      for (int row = 0; row < 10; row++) {
        boolean swap = (swaps >> row & 1) == 1;
        one[row] = swap ? second[row] : first[row];
        other[row] = swap ? first[row] : second[row];
      }
      double difference = ratio(other).value() - ratio(one).value();
      asFar += Math.abs(difference) >= Math.abs(observed) - 1e-12 ? 1 : 0;
    }
    TestResult result = ApproximateRandomisation.test(ratio(first), ratio(second), 40_000, seed);
    assertThat(result.statistic()).isCloseTo(observed, within(1e-12));
    assertThat(result.p()).isCloseTo(asFar / 1024.0, within(0.012));
  }

  @Test
  void underNoDifferenceThePValueIsSmallAsSeldomAsItSays() {
    long found =
        IntStream.range(0, 1000)
            .filter(
                i -> {
                  Random random = new Random(i);
                  return ApproximateRandomisation.test(
                              ratio(rows(random, 40, 0)), ratio(rows(random, 40, 0)), 199, i)
                          .p()
                      <= 0.05;
                })
            .count();
    assertThat(found / 1000.0).isBetween(0.03, 0.07);
  }

  @Test
  void sameAnswersGiveOneAndTheSameSeedGivesTheSame() {
    RowStatistics rows = ratio(rows(new Random(1), 30, 0));
    RowStatistics others = ratio(rows(new Random(2), 30, 0.1));
    assertThat(ApproximateRandomisation.test(rows, rows, 99, 1)).isEqualTo(new TestResult(0, 1));
    assertThat(ApproximateRandomisation.test(rows, others, 99, 1))
        .isEqualTo(ApproximateRandomisation.test(rows, others, 99, 1));
  }

  @Test
  void wrongCallsAreRefused() {
    RowStatistics rows = ratio(rows(new Random(1), 30, 0));
    RowStatistics fewer = ratio(rows(new Random(1), 29, 0));
    assertThatThrownBy(() -> ApproximateRandomisation.test(rows, fewer, 9, 1))
        .isInstanceOf(DataException.class);
    RowStatistics selected = RowStatistics.ofSelection(rows.rows(), some -> some.length);
    assertThatThrownBy(() -> ApproximateRandomisation.test(selected, selected, 9, 1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("wanted a metric of sums over rows");
    assertThatThrownBy(() -> ApproximateRandomisation.test(rows, rows, 0, 1))
        .isInstanceOf(ConfigException.class);
  }
}
