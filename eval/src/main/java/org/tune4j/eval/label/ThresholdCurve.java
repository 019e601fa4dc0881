package org.tune4j.eval.label;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;
import org.tune4j.eval.stats.RowStatistics;

/**
 * What each threshold on a score gives for telling positives from negatives: the ROC curve, the
 * precision-recall curve and the areas under them, as scikit-learn has them. Equal scores are one
 * threshold. Holds a score an example, and nothing else of it.
 */
public final class ThresholdCurve {
  /** Descending, each once. */
  private final double[] thresholds;

  /** {@code [thresholds]}: positives and negatives that score as much or more. */
  private final double[] positives;

  private final double[] negatives;

  /**
   * From the counts at each score.
   *
   * @param counts {@code [2 × thresholds]}: negatives, then positives, of each score
   */
  private ThresholdCurve(double[] thresholds, double[] counts) {
    this.thresholds = thresholds;
    this.negatives = new double[thresholds.length];
    this.positives = new double[thresholds.length];
    for (int at = 0; at < thresholds.length; at++) {
      negatives[at] = counts[2 * at] + (at == 0 ? 0 : negatives[at - 1]);
      positives[at] = counts[2 * at + 1] + (at == 0 ? 0 : positives[at - 1]);
    }
  }

  /**
   * The curve of examples.
   *
   * @param gold whether each is positive
   * @param scores the higher, the more likely positive
   * @throws DataException if there is none, there are more on one side, a score is not finite, or
   *     all are positive or all negative
   */
  public static ThresholdCurve of(boolean[] gold, double[] scores) {
    RowStatistics rows = rows(gold, scores, curve -> 0);
    double[] counts = new double[rows.width()];
    for (int row = 0; row < gold.length; row++) {
      rows.addTo(counts, row, 1);
    }
    ThresholdCurve curve = new ThresholdCurve(descending(scores), counts);
    if (curve.allPositives() == 0 || curve.allNegatives() == 0) {
      throw new DataException(
          "ROC and precision-recall curves: all "
              + gold.length
              + " examples are "
              + (curve.allPositives() == 0 ? "negative" : "positive")
              + ", wanted some of both");
    }
    return curve;
  }

  /**
   * Any metric of the curve, made ready for {@link org.tune4j.eval.stats.Bootstrap}. A selection of
   * rows that are all positive or all negative has no value (NaN).
   *
   * @param metric such as {@code ThresholdCurve::rocAuc}
   * @throws DataException as {@link #of}, but for rows that are all alike
   */
  public static RowStatistics rows(
      boolean[] gold, double[] scores, ToDoubleFunction<ThresholdCurve> metric) {
    Inputs.sameLength("ROC and precision-recall curves", gold.length, scores.length);
    double[] thresholds = descending(Inputs.finite("scores", scores));
    int[] cells = new int[gold.length];
    for (int row = 0; row < gold.length; row++) {
      cells[row] = 2 * place(thresholds, scores[row]) + (gold[row] ? 1 : 0);
    }
    return new RowStatistics() {
      @Override
      public int rows() {
        return cells.length;
      }

      @Override
      public int width() {
        return 2 * thresholds.length;
      }

      @Override
      public void addTo(double[] sum, int row, int times) {
        sum[cells[row]] += times;
      }

      /** Each model has thresholds of its own. */
      @Override
      public boolean areExchangeable() {
        return false;
      }

      @Override
      public double metric(double[] sum) {
        return metric.applyAsDouble(new ThresholdCurve(thresholds, sum));
      }
    };
  }

  /** The scores, each once, the highest first; 0.0 and -0.0 are one. */
  private static double[] descending(double[] scores) {
    double[] ascending =
        Arrays.stream(scores).map(score -> score + 0.0).sorted().distinct().toArray();
    double[] descending = new double[ascending.length];
    for (int i = 0; i < ascending.length; i++) {
      descending[i] = ascending[ascending.length - 1 - i];
    }
    return descending;
  }

  private static int place(double[] descending, double score) {
    int low = 0;
    int high = descending.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (descending[middle] > score) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private double allPositives() {
    return positives[positives.length - 1];
  }

  private double allNegatives() {
    return negatives[negatives.length - 1];
  }

  /** The thresholds of the points of the ROC curve: infinity, then each score, descending. */
  public double[] thresholds() {
    return withFirst(Double.POSITIVE_INFINITY, thresholds, 1);
  }

  /** The share of negatives that score as much as each threshold or more. */
  public double[] falsePositiveRates() {
    return withFirst(0, negatives, allNegatives());
  }

  /** The share of positives that score as much as each threshold or more: recall. */
  public double[] truePositiveRates() {
    return withFirst(0, positives, allPositives());
  }

  private static double[] withFirst(double first, double[] others, double divisor) {
    double[] all = new double[others.length + 1];
    all[0] = first;
    for (int i = 0; i < others.length; i++) {
      all[i + 1] = others[i] / divisor;
    }
    return all;
  }

  /** The area under the ROC curve: how often a positive scores above a negative, ties half. */
  public double rocAuc() {
    double area = 0;
    for (int at = 0; at < thresholds.length; at++) {
      double before = at == 0 ? 0 : positives[at - 1];
      double width = negatives[at] - (at == 0 ? 0 : negatives[at - 1]);
      area += width * (positives[at] + before) / 2;
    }
    return area / (allPositives() * allNegatives());
  }

  /** The area under the precision-recall curve by steps, without interpolation. */
  public double averagePrecision() {
    double sum = 0;
    for (int at = 0; at < thresholds.length; at++) {
      sum += newPositives(at) * precision(at);
    }
    return sum / allPositives();
  }

  /**
   * The area under the precision-recall curve by trapezoids, from precision 1 at recall 0; too high
   * where scores are few, so that {@link #averagePrecision} is to be preferred.
   */
  public double prAucTrapezoid() {
    double sum = 0;
    for (int at = 0; at < thresholds.length; at++) {
      double before = at == 0 ? 1 : precision(at - 1);
      sum += newPositives(at) * (precision(at) + before) / 2;
    }
    return sum / allPositives();
  }

  /** Kolmogorov and Smirnov's statistic: how far the curve gets above the diagonal. */
  public double kolmogorovSmirnov() {
    double[] right = truePositiveRates();
    double[] wrong = falsePositiveRates();
    double most = 0;
    for (int at = 0; at < right.length; at++) {
      most = Math.max(most, right[at] - wrong[at]);
    }
    return most;
  }

  private double newPositives(int at) {
    return positives[at] - (at == 0 ? 0 : positives[at - 1]);
  }

  /** 1 at a threshold that nothing reaches, as in a selection of rows without the highest ones. */
  private double precision(int at) {
    double reached = positives[at] + negatives[at];
    return reached == 0 ? 1 : positives[at] / reached;
  }
}
