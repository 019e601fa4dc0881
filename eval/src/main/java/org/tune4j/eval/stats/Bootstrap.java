package org.tune4j.eval.stats;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.Quantile.EstimationMethod;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * The bootstrap (Efron and Tibshirani 1993): how a metric varies over samples of rows drawn with
 * replacement from the rows there are. Of {@link RowStatistics#minus a difference} it compares two
 * models on the same rows.
 *
 * <p>The rows must be a fair sample, each independent of the others, and not too few: below about
 * 20 all bootstrap intervals are too short. A share near 0 or 1 is better served by {@link
 * Proportion}.
 */
public final class Bootstrap {
  private static final Quantile LINEAR = Quantile.withDefaults().with(EstimationMethod.HF7);
  private final RowStatistics rows;
  private final double value;

  /** The metric of each resample. */
  private final double[] replicates;

  private Bootstrap(RowStatistics rows, double value, double[] replicates) {
    this.rows = rows;
    this.value = value;
    this.replicates = replicates;
  }

  /**
   * Computes the metric of each resample, on several threads. The outcome does not depend on them.
   *
   * @throws DataException if a resample has no value (NaN), as F1 has none of rows without the
   *     label
   */
  public static Bootstrap of(RowStatistics rows, Resampling resampling) {
    double value = rows.value();
    Inputs.finite("metric of all rows", new double[] {value});
    double[] replicates =
        IntStream.range(0, resampling.count())
            .parallel()
            .mapToDouble(resample -> rows.metric(rows.sum(resampling.draw(resample, rows.rows()))))
            .toArray();
    Inputs.finite("metric by resample", replicates);
    return new Bootstrap(rows, value, replicates);
  }

  /** The metric of all rows. */
  public double value() {
    return value;
  }

  /** The standard deviation of the metric over samples. */
  public double standardError() {
    return SeedSummary.of(replicates).standardDeviation();
  }

  /**
   * Between quantiles of the resamples, interpolated linearly.
   *
   * @param level such as 0.95
   * @throws org.tune4j.engine.ConfigException if it is not between 0 and 1
   */
  public Interval percentile(double level) {
    double tail = (1 - Inputs.openShare("level", level)) / 2;
    return between(tail, 1 - tail, level);
  }

  /**
   * The percentile interval mirrored at the metric; may end outside the metric's range.
   *
   * @throws org.tune4j.engine.ConfigException if the level is not between 0 and 1
   */
  public Interval basic(double level) {
    Interval percentile = percentile(level);
    return new Interval(2 * value - percentile.high(), 2 * value - percentile.low(), level);
  }

  /**
   * Corrected for bias and for variance that changes with the metric (BCa): the one to prefer. Both
   * ends are NaN where it is undefined: if no resample is below the metric or none above it, or
   * leaving any row out makes no difference.
   *
   * @throws org.tune4j.engine.ConfigException if the level is not between 0 and 1
   */
  public Interval bca(double level) {
    double tail = (1 - Inputs.openShare("level", level)) / 2;
    double bias = bias();
    double acceleration = acceleration();
    double low =
        corrected(
            StandardNormal.DISTRIBUTION.inverseCumulativeProbability(tail), bias, acceleration);
    double high =
        corrected(
            StandardNormal.DISTRIBUTION.inverseCumulativeProbability(1 - tail), bias, acceleration);
    return Double.isFinite(bias) && Double.isFinite(acceleration)
        ? between(low, high, level)
        : new Interval(Double.NaN, Double.NaN, level);
  }

  private static double corrected(double z, double bias, double acceleration) {
    double shifted = bias + z;
    return StandardNormal.DISTRIBUTION.cumulativeProbability(
        bias + shifted / (1 - acceleration * shifted));
  }

  private Interval between(double low, double high, double level) {
    double[] ends = LINEAR.evaluate(replicates, low, high);
    return new Interval(ends[0], ends[1], level);
  }

  /** BCa's z0: how far the metric is from the median of the resamples, in standard deviations. */
  public double bias() {
    double below = Arrays.stream(replicates).filter(r -> r < value).count();
    double same = Arrays.stream(replicates).filter(r -> r == value).count();
    return StandardNormal.DISTRIBUTION.inverseCumulativeProbability(
        (below + same / 2) / replicates.length);
  }

  /** BCa's a: how fast the standard error changes with the metric, from leaving out each row. */
  public double acceleration() {
    double[] all = rows.sum(IntStream.range(0, rows.rows()).toArray());
    double[] without = new double[rows.rows()];
    for (int row = 0; row < without.length; row++) {
      double[] sum = all.clone();
      rows.addTo(sum, row, -1);
      without[row] = rows.metric(sum);
    }
    double mean = Arrays.stream(without).sum() / without.length;
    double squares = Arrays.stream(without).map(w -> (mean - w) * (mean - w)).sum();
    double cubes = Arrays.stream(without).map(w -> Math.pow(mean - w, 3)).sum();
    return cubes / (6 * Math.pow(squares, 1.5));
  }

  /** The share of resamples whose metric is 0 or less: of a difference, how often it vanishes. */
  public double shareAtOrBelowZero() {
    return (double) Arrays.stream(replicates).filter(r -> r <= 0).count() / replicates.length;
  }

  /**
   * The two-sided p-value of the metric being 0, from the resamples moved there (Noreen 1989): of a
   * difference, the paired bootstrap test of two models.
   */
  public double pValue() {
    double distance = Math.abs(value) * (1 - 1e-12);
    long asFar = Arrays.stream(replicates).filter(r -> Math.abs(r - value) >= distance).count();
    return (asFar + 1.0) / (replicates.length + 1);
  }
}
