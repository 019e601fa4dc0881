package org.tune4j.eval.stats;

import org.apache.commons.statistics.ranking.NaturalRanking;
import org.tune4j.eval.Inputs;

/**
 * Correlations of two values a row, -1 to 1, as scipy has them; NaN where one side is constant.
 * Each throws a {@link org.tune4j.engine.DataException} if there is no row, more on one side, or a
 * value that is not finite.
 */
public final class Correlation {
  private Correlation() {}

  /** Pearson's: how linear the relation is. */
  public static double pearson(double[] x, double[] y) {
    check(x, y);
    double meanX = mean(x);
    double meanY = mean(y);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    double correlation = xy / (Math.sqrt(xx) * Math.sqrt(yy));
    return Math.max(-1, Math.min(1, correlation)); // NaN stays NaN
  }

  /** Spearman's: Pearson's of the ranks, ties sharing the mean of theirs. */
  public static double spearman(double[] x, double[] y) {
    check(x, y);
    NaturalRanking ranking = new NaturalRanking();
    return pearson(ranking.apply(x), ranking.apply(y));
  }

  /** Kendall's tau-b: pairs of rows in the same order less those in opposite order. Quadratic. */
  public static double kendall(double[] x, double[] y) {
    check(x, y);
    double order = 0;
    double inX = 0;
    double inY = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < i; j++) {
        double dx = Math.signum(x[i] - x[j]);
        double dy = Math.signum(y[i] - y[j]);
        order += dx * dy;
        inX += dx * dx;
        inY += dy * dy;
      }
    }
    return order / Math.sqrt(inX * inY);
  }

  private static void check(double[] x, double[] y) {
    Inputs.sameLength("correlation", x.length, y.length);
    Inputs.finite("first values", x);
    Inputs.finite("second values", y);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
