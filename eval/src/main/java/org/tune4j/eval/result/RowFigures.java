package org.tune4j.eval.result;

import java.util.List;
import org.tune4j.engine.DataException;
import org.tune4j.eval.metric.Metric;

/** The figures that rows have, by what the model made of them. */
public final class RowFigures {
  private RowFigures() {}

  /**
   * All figures of rows, in the order to show them.
   *
   * @param metrics of texts that were written; not looked at for other rows
   * @throws DataException if there is no row, rows are of several kinds, or a metric cannot measure
   *     one
   */
  public static List<RowFigure> of(List<EvalRow> rows, List<Metric> metrics) {
    if (rows.isEmpty()) {
      throw new DataException("evaluation: nothing to measure, found 0 rows");
    }
    EvalRow first = rows.get(0);
    if (first instanceof EvalRow.Completion) {
      return CompletionFigures.of(all(rows, EvalRow.Completion.class), metrics);
    }
    if (first instanceof EvalRow.Choice) {
      return ChoiceFigures.of(all(rows, EvalRow.Choice.class));
    }
    if (first instanceof EvalRow.Label) {
      return LabelFigures.of(all(rows, EvalRow.Label.class));
    }
    if (first instanceof EvalRow.Tags) {
      return TagFigures.of(all(rows, EvalRow.Tags.class));
    }
    if (first instanceof EvalRow.Value) {
      return ValueFigures.of(all(rows, EvalRow.Value.class));
    }
    return LossFigures.of(all(rows, EvalRow.TextLoss.class));
  }

  private static <R extends EvalRow> List<R> all(List<EvalRow> rows, Class<R> kind) {
    for (EvalRow row : rows) {
      if (!kind.isInstance(row)) {
        throw new DataException(
            "%s: found a row of kind %s among those of kind %s"
                .formatted(row.where(), row.getClass().getSimpleName(), kind.getSimpleName()));
      }
    }
    return rows.stream().map(kind::cast).toList();
  }
}
