package org.tune4j.eval.result;

import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;
import org.tune4j.eval.stats.Bootstrap;
import org.tune4j.eval.stats.Interval;
import org.tune4j.eval.stats.Proportion;
import org.tune4j.eval.stats.Resampling;
import org.tune4j.eval.stats.RowStatistics;

/**
 * How sure figures are: intervals of shares by Wilson, of all else by the bootstrap (BCa where it
 * is defined and not too dear, else percentiles).
 *
 * @param level how often an interval is to cover the true value
 * @param resamples of the bootstrap
 * @param seed the same one gives the same intervals
 */
public record Certainty(double level, int resamples, long seed) {
  /** 95 %, and the resamples and the seed of sacreBLEU. */
  public static final Certainty DEFAULT = new Certainty(0.95, 1000, 12345);

  /** BCa leaves out each row once; beyond so many sums that is not worth its time. */
  private static final long MOST_SUMS = 20_000_000;

  /** Throws a {@link ConfigException} if the level is not between 0 and 1, or resamples below 2. */
  public Certainty {
    Inputs.openShare("level", level);
    Resampling.seeded(resamples, seed);
  }

  /** The figure with its interval, where there is one. */
  public Figure measure(RowFigure figure) {
    double value = figure.value();
    Optional<Interval> interval = Double.isNaN(value) ? Optional.empty() : interval(figure);
    return new Figure(
        figure.name(),
        value,
        interval,
        figure.statistics().rows(),
        figure.higherIsBetter(),
        figure.signature());
  }

  private Optional<Interval> interval(RowFigure figure) {
    RowStatistics rows = figure.statistics();
    if (figure.isShare()) {
      int right = (int) Math.round(figure.value() * rows.rows());
      return Optional.of(new Proportion(right, rows.rows()).wilson(level));
    }
    if (rows.rows() < 2) {
      return Optional.empty();
    }
    try {
      Bootstrap bootstrap = Bootstrap.of(rows, Resampling.seeded(resamples, seed));
      boolean affordable = (long) rows.rows() * rows.width() <= MOST_SUMS;
      Interval best = affordable ? bootstrap.bca(level) : bootstrap.percentile(level);
      return Optional.of(Double.isNaN(best.low()) ? bootstrap.percentile(level) : best);
    } catch (DataException e) {
      // Some resamples have no value, as those without a label have no area under its curve.
      return Optional.empty();
    }
  }
}
