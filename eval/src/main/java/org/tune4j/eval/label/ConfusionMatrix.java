package org.tune4j.eval.label;

import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.Inputs;
import org.tune4j.eval.stats.RowStatistics;

/**
 * How often each label was taken for each, and what follows from that, as scikit-learn has it.
 * Counts examples one by one and holds {@code [labels, labels]} counts, however many there are.
 */
public final class ConfusionMatrix {
  /** A matrix of 10 000 labels has 100 million counts; more is taken for a mistake. */
  private static final int MOST_LABELS = 10_000;

  private static final String WHAT = "confusion matrix";
  private final int labels;
  private final long[] counts;

  /**
   * Of no example yet.
   *
   * @param labels how many labels there are
   * @throws ConfigException if there is none, or more than 10 000
   */
  public ConfusionMatrix(int labels) {
    if (labels < 1 || labels > MOST_LABELS) {
      throw new ConfigException(WHAT + ": found " + labels + " labels, wanted 1 to " + MOST_LABELS);
    }
    this.labels = labels;
    this.counts = new long[labels * labels];
  }

  /**
   * Of examples, by their labels' ids.
   *
   * @throws org.tune4j.engine.DataException if there is none, there are more on one side, or an id
   *     is none of {@code 0 … labels-1}
   */
  public static ConfusionMatrix of(int[] gold, int[] predicted, int labels) {
    Inputs.sameLength(WHAT, gold.length, predicted.length);
    ConfusionMatrix matrix = new ConfusionMatrix(labels);
    for (int row = 0; row < gold.length; row++) {
      matrix.add(gold[row], predicted[row]);
    }
    return matrix;
  }

  /**
   * Any metric of the matrix, made ready for {@link org.tune4j.eval.stats.Bootstrap}.
   *
   * @param metric such as {@code ConfusionMatrix::mcc}
   * @throws org.tune4j.engine.DataException as {@link #of}
   */
  public static RowStatistics rows(
      int[] gold, int[] predicted, int labels, ToDoubleFunction<ConfusionMatrix> metric) {
    of(gold, predicted, labels);
    return new RowStatistics() {
      @Override
      public int rows() {
        return gold.length;
      }

      @Override
      public int width() {
        return labels * labels;
      }

      @Override
      public void addTo(double[] sum, int row, int times) {
        sum[gold[row] * labels + predicted[row]] += times;
      }

      @Override
      public double metric(double[] sum) {
        ConfusionMatrix matrix = new ConfusionMatrix(labels);
        for (int cell = 0; cell < sum.length; cell++) {
          matrix.counts[cell] = (long) sum[cell];
        }
        return metric.applyAsDouble(matrix);
      }
    };
  }

  /**
   * Counts one example.
   *
   * @throws org.tune4j.engine.DataException if an id is none of {@code 0 … labels-1}
   */
  public void add(int gold, int predicted) {
    Inputs.label("gold label", gold, labels);
    Inputs.label("predicted label", predicted, labels);
    counts[gold * labels + predicted]++;
  }

  /** How many labels there are. */
  public int labels() {
    return labels;
  }

  /** How many examples of one label were taken for another. */
  public long count(int gold, int predicted) {
    return counts[
        Inputs.label("gold label", gold, labels) * labels
            + Inputs.label("predicted label", predicted, labels)];
  }

  /** How many examples there are. */
  public long total() {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }

  /** Precision, recall and F1 of the labels, each and together. */
  public LabelCounts labelCounts() {
    long[] both = new long[labels];
    long[] predicted = new long[labels];
    long[] gold = new long[labels];
    for (int row = 0; row < labels; row++) {
      both[row] = counts[row * labels + row];
      for (int column = 0; column < labels; column++) {
        long count = counts[row * labels + column];
        gold[row] += count;
        predicted[column] += count;
      }
    }
    return new LabelCounts(both, predicted, gold);
  }

  /**
   * The share of examples whose label is right.
   *
   * @throws org.tune4j.engine.DataException if there is no example
   */
  public double accuracy() {
    Sums sums = sums();
    return sums.right / sums.total;
  }

  /**
   * The mean over labels of the share of their examples that is right; labels without examples do
   * not count.
   *
   * @throws org.tune4j.engine.DataException if there is no example
   */
  public double balancedAccuracy() {
    Inputs.notEmpty(WHAT, total());
    return labelCounts().score(Average.MACRO, ZeroDivision.NAN).recall();
  }

  /**
   * Matthews' correlation of what is right with what was predicted, from -1 to 1, for any number of
   * labels (Gorodkin 2004). 0 where all examples have one label or all predictions are one, as in
   * scikit-learn; strictly it is undefined there.
   *
   * @throws org.tune4j.engine.DataException if there is no example
   */
  public double mcc() {
    Sums sums = sums();
    double covariance = sums.right * sums.total - sums.goldByPredicted;
    double gold = sums.total * sums.total - sums.goldSquared;
    double predicted = sums.total * sums.total - sums.predictedSquared;
    return gold * predicted == 0 ? 0 : covariance / Math.sqrt(gold * predicted);
  }

  /**
   * Cohen's kappa of what is right and what was predicted: agreement beyond chance, at most 1. NaN
   * where both are one and the same label throughout.
   *
   * @throws org.tune4j.engine.DataException if there is no example
   */
  public double kappa() {
    Sums sums = sums();
    double expectedWrong = sums.total - sums.goldByPredicted / sums.total;
    return 1 - (sums.total - sums.right) / expectedWrong;
  }

  /** What the coefficients are made of; as doubles, since their products pass 2^63. */
  private record Sums(
      double total,
      double right,
      double goldByPredicted,
      double goldSquared,
      double predictedSquared) {}

  private Sums sums() {
    double total = total();
    Inputs.notEmpty(WHAT, (long) total);
    double right = 0;
    double[] gold = new double[labels];
    double[] predicted = new double[labels];
    for (int row = 0; row < labels; row++) {
      right += counts[row * labels + row];
      for (int column = 0; column < labels; column++) {
        long count = counts[row * labels + column];
        gold[row] += count;
        predicted[column] += count;
      }
    }
    return new Sums(total, right, dot(gold, predicted), dot(gold, gold), dot(predicted, predicted));
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }
}
