package org.tune4j.eval.report;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.Figure;

/** The rows of a result that are not right, the worst ones first. */
final class WorstRows {
  private record Found(EvalRow row, RowView view, double fault) {}

  private final List<Found> rows;

  private WorstRows(List<Found> rows) {
    this.rows = rows;
  }

  static WorstRows of(EvalResult result) {
    Optional<Metric> metric = metric(result.figures().stream().map(Figure::name).toList());
    return new WorstRows(
        result.rows().stream()
            .map(row -> found(row, RowView.of(row, metric)))
            .filter(found -> found.fault > 0)
            .sorted(Comparator.comparingDouble(found -> -found.fault))
            .toList());
  }

  private static Found found(EvalRow row, RowView view) {
    return new Found(row, view, view.fault());
  }

  /** Of the metrics that were measured the last: those of whole answers stand first. */
  static Optional<Metric> metric(List<String> figures) {
    return Metrics.all().stream()
        .filter(metric -> figures.contains(metric.name()))
        .reduce((coarse, fine) -> fine);
  }

  int count() {
    return rows.size();
  }

  /** The worst ones, each with its view. */
  Map<EvalRow, RowView> top(int most) {
    Map<EvalRow, RowView> top = new LinkedHashMap<>();
    rows.stream().limit(most).forEach(found -> top.put(found.row, found.view));
    return top;
  }
}
