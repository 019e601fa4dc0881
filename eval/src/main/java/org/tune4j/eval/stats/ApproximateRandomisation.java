package org.tune4j.eval.stats;

import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.SplitMix64;
import org.tune4j.eval.Inputs;

/**
 * The paired randomisation test (Noreen 1989, Riezler and Maxwell 2005): if two models do not
 * differ, it does not matter which of them wrote which answer. Exact for any metric, whatever its
 * distribution; the test to use for corpus metrics.
 */
public final class ApproximateRandomisation {
  private ApproximateRandomisation() {}

  /**
   * Swaps the two models' rows at random, and counts how often that makes as great a difference.
   *
   * @param first the metric of one model, by the rows' statistics
   * @param second the metric of the other one, of the same kind and of the same rows
   * @param trials how often to swap; the least p-value is {@code 1 / (trials + 1)}
   * @param seed the same seed gives the same result
   * @return the difference, second minus first, and its two-sided p-value
   * @throws DataException if there are not as many rows, numbers of rows may not be exchanged, or a
   *     metric is NaN
   * @throws ConfigException if there is no trial
   */
  public static TestResult test(RowStatistics first, RowStatistics second, int trials, long seed) {
    Inputs.sameLength("rows of two models", first.rows(), second.rows());
    Inputs.sameLength("row statistics, widths", first.width(), second.width());
    if (!first.areExchangeable() || !second.areExchangeable()) {
      throw new DataException(
          "randomisation: wanted a metric of sums over rows, so that rows of two models can be"
              + " exchanged");
    }
    if (trials < 1) {
      throw new ConfigException("trials: found " + trials + ", wanted at least 1");
    }
    double difference = second.value() - first.value();
    Inputs.finite("metrics of two models", new double[] {difference});
    double[] swapped =
        IntStream.range(0, trials)
            .parallel()
            .mapToDouble(trial -> swapped(first, second, seed, trial))
            .toArray();
    double distance = Math.abs(difference) * (1 - 1e-12);
    long asFar = 0;
    for (double each : Inputs.finite("difference by trial", swapped)) {
      asFar += Math.abs(each) >= distance ? 1 : 0;
    }
    return new TestResult(difference, (asFar + 1.0) / (trials + 1));
  }

  private static double swapped(RowStatistics first, RowStatistics second, long seed, int trial) {
    long state = SplitMix64.mixed(seed) + SplitMix64.mixed(trial + 1L);
    double[] one = new double[first.width()];
    double[] other = new double[first.width()];
    for (int row = 0; row < first.rows(); row++) {
      boolean swap = SplitMix64.next(state) < 0;
      first.addTo(swap ? other : one, row, 1);
      second.addTo(swap ? one : other, row, 1);
      state += SplitMix64.GOLDEN_GAMMA;
    }
    return second.metric(other) - first.metric(one);
  }
}
