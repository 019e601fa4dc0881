package org.tune4j.eval.stats;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * A metric of examples ("rows") that is a function of what the rows add up to: a mean is a sum by a
 * count, corpus BLEU a function of summed n-gram counts. So it can be computed of any selection of
 * rows without scoring anything again, which is what resampling lives on.
 *
 * <p>Implementations must not change, nor keep or change what is handed to them: several threads
 * ask at once.
 */
public interface RowStatistics {
  /** How many rows there are; at least one. */
  int rows();

  /** How many numbers a row has. */
  int width();

  /**
   * Adds a row's numbers.
   *
   * @param sum {@code [width]}
   * @param times how often to add it; -1 takes it away
   */
  void addTo(double[] sum, int row, int times);

  /**
   * The metric of rows.
   *
   * @param sum {@code [width]}: what they add up to
   * @return its value, or NaN if the rows have none
   */
  double metric(double[] sum);

  /**
   * Of numbers a row.
   *
   * @param statistics {@code [rows, width]}, not to be changed afterwards
   * @throws DataException if there is no row, rows differ in width or a number is not finite
   */
  static RowStatistics of(double[][] statistics, ToDoubleFunction<double[]> metric) {
    Inputs.notEmpty("row statistics", statistics.length);
    for (double[] row : statistics) {
      Inputs.sameLength("row statistics, widths", statistics[0].length, row.length);
      Inputs.finite("row statistics", row);
    }
    return new RowStatistics() {
      @Override
      public int rows() {
        return statistics.length;
      }

      @Override
      public int width() {
        return statistics[0].length;
      }

      @Override
      public void addTo(double[] sum, int row, int times) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += times * statistics[row][i];
        }
      }

      @Override
      public double metric(double[] sum) {
        return metric.applyAsDouble(sum);
      }
    };
  }

  /**
   * The mean of a value a row, such as of 1 for right and 0 for wrong.
   *
   * @throws DataException if there is none, or one is not finite
   */
  static RowStatistics mean(double[] values) {
    double[][] statistics =
        Arrays.stream(values).mapToObj(value -> new double[] {value, 1}).toArray(double[][]::new);
    return of(statistics, sum -> sum[0] / sum[1]);
  }

  /**
   * A metric that no sums tell, such as one of ranks: it is computed of the selected rows anew.
   *
   * @param metric of the numbers of rows, ascending, each as often as it counts; NaN if these rows
   *     have none
   */
  static RowStatistics ofSelection(int rows, ToDoubleFunction<int[]> metric) {
    Inputs.notEmpty("rows", rows);
    return new RowStatistics() {
      @Override
      public int rows() {
        return rows;
      }

      @Override
      public int width() {
        return rows;
      }

      @Override
      public void addTo(double[] sum, int row, int times) {
        sum[row] += times;
      }

      @Override
      public boolean areExchangeable() {
        return false;
      }

      @Override
      public double metric(double[] sum) {
        return metric.applyAsDouble(
            IntStream.range(0, rows)
                .flatMap(row -> IntStream.generate(() -> row).limit((long) sum[row]))
                .toArray());
      }
    };
  }

  /**
   * Whether numbers of rows of two models may be added up, each row's from either. Not where they
   * only tell which of a model's own rows there are.
   */
  default boolean areExchangeable() {
    return true;
  }

  /**
   * How much more this metric is than another one of the same rows.
   *
   * @throws DataException if there are not as many rows
   */
  default RowStatistics minus(RowStatistics other) {
    Inputs.sameLength("rows of two models", rows(), other.rows());
    return new RowDifference(this, other);
  }

  /**
   * The metric of what several runs made of the same rows, taken together. A row is drawn with all
   * that was made of it, so that an interval is as wide as the rows are few, however many runs
   * there are; it says nothing of other runs.
   *
   * @param runs the metric of each run; at least one, all of the same kind
   * @throws DataException if there is none, or they have not as many rows
   */
  static RowStatistics pooled(List<RowStatistics> runs) {
    Inputs.notEmpty("runs", runs.size());
    for (RowStatistics run : runs) {
      Inputs.sameLength("rows of two runs", runs.get(0).rows(), run.rows());
      Inputs.sameLength("row statistics, widths", runs.get(0).width(), run.width());
    }
    return new PooledRuns(List.copyOf(runs));
  }

  /** The metric of all rows. */
  default double value() {
    return metric(sum(IntStream.range(0, rows()).toArray()));
  }

  /**
   * What some rows add up to.
   *
   * @param selected rows, as often as each is to count
   */
  default double[] sum(int[] selected) {
    double[] sum = new double[width()];
    for (int row : selected) {
      addTo(sum, row, 1);
    }
    return sum;
  }
}
