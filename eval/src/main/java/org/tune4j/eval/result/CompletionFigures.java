package org.tune4j.eval.result;

import java.util.List;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.MetricRows;
import org.tune4j.eval.stats.RowStatistics;

/** The metrics of written texts. */
final class CompletionFigures {
  private CompletionFigures() {}

  static List<RowFigure> of(List<EvalRow.Completion> rows, List<Metric> metrics) {
    List<String> outputs = rows.stream().map(EvalRow.Completion::output).toList();
    List<List<String>> references = rows.stream().map(EvalRow.Completion::references).toList();
    return metrics.stream()
        .map(metric -> figure(metric, MetricRows.of(metric, outputs, references)))
        .toList();
  }

  private static RowFigure figure(Metric metric, MetricRows rows) {
    return new RowFigure(
        metric.name(),
        metric.higherIsBetter(),
        rows.signature(),
        RowStatistics.of(rows.statistics().toArray(double[][]::new), metric::score));
  }
}
