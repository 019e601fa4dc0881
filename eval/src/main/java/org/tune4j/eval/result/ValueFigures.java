package org.tune4j.eval.result;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.tune4j.eval.label.RegressionScores;
import org.tune4j.eval.stats.RowStatistics;

/** How near predicted numbers are to the right ones. */
final class ValueFigures {
  private ValueFigures() {}

  static List<RowFigure> of(List<EvalRow.Value> rows) {
    return List.of(
        figure("mse", false, rows, RegressionScores::mse),
        figure("mae", false, rows, RegressionScores::mae),
        figure("r2", true, rows, RegressionScores::r2),
        figure("pearson", true, rows, RegressionScores::pearson),
        figure("spearman", true, rows, RegressionScores::spearman));
  }

  private static RowFigure figure(
      String name,
      boolean higher,
      List<EvalRow.Value> rows,
      ToDoubleFunction<RegressionScores> score) {
    double[] expected = rows.stream().mapToDouble(EvalRow.Value::expected).toArray();
    double[] predicted = rows.stream().mapToDouble(EvalRow.Value::predicted).toArray();
    ToDoubleFunction<int[]> ofSome =
        some ->
            score.applyAsDouble(
                RegressionScores.of(selected(expected, some), selected(predicted, some)));
    return RowFigure.of(name, higher, RowStatistics.ofSelection(rows.size(), ofSome));
  }

  private static double[] selected(double[] values, int[] rows) {
    return Arrays.stream(rows).mapToDouble(row -> values[row]).toArray();
  }
}
