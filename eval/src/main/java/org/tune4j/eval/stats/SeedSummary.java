package org.tune4j.eval.stats;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * A figure over several runs that differ in their seeds alone.
 *
 * @param runs how many there are
 * @param mean of them
 * @param standardDeviation of them, by {@code runs - 1}
 */
public record SeedSummary(int runs, double mean, double standardDeviation) {
  /**
   * Of a figure a run.
   *
   * @throws DataException if there are less than two, or one is not finite
   */
  public static SeedSummary of(double[] figures) {
    Inputs.finite("figures of runs", figures);
    if (figures.length < 2) {
      throw new DataException("runs: found " + figures.length + ", wanted at least 2");
    }
    double mean = Arrays.stream(figures).sum() / figures.length;
    double squares = Arrays.stream(figures).map(f -> (f - mean) * (f - mean)).sum();
    return new SeedSummary(figures.length, mean, Math.sqrt(squares / (figures.length - 1)));
  }

  /**
   * The interval of the mean by Student's t distribution: where the figure is to be expected over
   * seeds, not over examples.
   *
   * @throws org.tune4j.engine.ConfigException if the level is not between 0 and 1
   */
  public Interval interval(double level) {
    double tail = (1 - Inputs.openShare("level", level)) / 2;
    double width =
        TDistribution.of(runs - 1).inverseSurvivalProbability(tail)
            * standardDeviation
            / Math.sqrt(runs);
    return new Interval(mean - width, mean + width, level);
  }
}
