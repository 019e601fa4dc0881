package org.tune4j.eval.result;

import java.util.List;
import org.tune4j.eval.stats.RowStatistics;

/**
 * A figure as a function of rows, so that it can be resampled, and compared between models.
 *
 * @param name in the field's terms
 * @param higherIsBetter whether more of it is better
 * @param signature what it depends on besides the rows; may be empty
 * @param statistics of the rows
 */
public record RowFigure(
    String name, boolean higherIsBetter, String signature, RowStatistics statistics) {
  static RowFigure of(String name, boolean higherIsBetter, RowStatistics statistics) {
    return new RowFigure(name, higherIsBetter, "", statistics);
  }

  /** Of a value a row. */
  static RowFigure mean(String name, boolean higherIsBetter, double... values) {
    return of(name, higherIsBetter, RowStatistics.mean(values));
  }

  /**
   * The figure of several runs on the same rows, taken together: see {@link
   * RowStatistics#pooled(List)}.
   *
   * @param runs the same figure of each run; at least one
   * @throws org.tune4j.engine.DataException if there is none, or they have not as many rows
   */
  public static RowFigure pooled(List<RowFigure> runs) {
    RowStatistics together =
        RowStatistics.pooled(runs.stream().map(RowFigure::statistics).toList());
    RowFigure first = runs.get(0);
    return new RowFigure(first.name, first.higherIsBetter, first.signature, together);
  }

  /** Its value of all rows; NaN where it is undefined. */
  public double value() {
    return statistics.value();
  }

  /** The figure of each row by itself; NaN where a row alone has none. */
  public double[] values() {
    double[] values = new double[statistics.rows()];
    for (int row = 0; row < values.length; row++) {
      values[row] = statistics.metric(statistics.sum(new int[] {row}));
    }
    return values;
  }

  /** Whether it is a share of rows: the mean of a 1 for each that is right and a 0 for others. */
  public boolean isShare() {
    if (statistics.width() != 2) {
      return false;
    }
    for (int row = 0; row < statistics.rows(); row++) {
      double[] numbers = statistics.sum(new int[] {row});
      if (numbers[1] != 1 || numbers[0] != 0 && numbers[0] != 1) {
        return false;
      }
    }
    return true;
  }
}
