package org.tune4j.eval.report;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.EvalRow;

/** Rows of a task: the worst ones of each model, and those that models differ about most. */
final class RowSection {
  private static final int MOST_ROWS = 10;

  private final TaskResults task;
  private final Optional<Metric> metric;
  private final StringBuilder html = new StringBuilder();

  private RowSection(TaskResults task) {
    this.task = task;
    this.metric = WorstRows.metric(task.figures());
  }

  static String html(TaskResults task) {
    RowSection section = new RowSection(task);
    if (task.results().size() > 1) {
      section.differences();
    }
    task.results().forEach(section::worst);
    return section.html.toString();
  }

  /** A row with its views, by the models' names. */
  private record Shown(EvalRow row, Map<String, RowView> views, double weight) {}

  private void differences() {
    List<Map<String, EvalRow>> common = task.commonRows();
    List<Shown> differ = common.stream().map(this::compared).filter(row -> row.weight > 0).toList();
    if (common.isEmpty()) {
      return;
    }
    html.append("<h3>Rows that the models differ about</h3>\n");
    html.append(
        "<p class=\"note\">%s of %s rows that all have%s; ✓ marks what is right.</p>\n"
            .formatted(
                Numbers.whole(differ.size()),
                Numbers.whole(common.size()),
                differ.size() > MOST_ROWS ? ", of which the greatest differences are here" : ""));
    differ.stream()
        .sorted(Comparator.comparingDouble(row -> -row.weight))
        .limit(MOST_ROWS)
        .forEach(row -> row(row.row, row.views));
  }

  private Shown compared(Map<String, EvalRow> rows) {
    Map<String, RowView> views = new LinkedHashMap<>();
    rows.forEach((model, row) -> views.put(model, RowView.of(row, metric)));
    double[] faults = views.values().stream().mapToDouble(RowView::fault).sorted().toArray();
    return new Shown(rows.values().iterator().next(), views, faults[faults.length - 1] - faults[0]);
  }

  private void worst(String model, EvalResult result) {
    WorstRows wrong = WorstRows.of(result);
    if (wrong.count() == 0) {
      return;
    }
    boolean several = task.results().size() > 1;
    html.append(
        several
            ? "<details><summary>Worst rows of %s</summary>\n".formatted(Html.escape(model))
            : "<h3>Worst rows</h3>\n");
    html.append(
        "<p class=\"note\">%s of %s rows are not right%s.</p>\n"
            .formatted(
                Numbers.whole(wrong.count()),
                Numbers.whole(result.rows().size()),
                wrong.count() > MOST_ROWS ? "; the worst are here" : ""));
    wrong.top(MOST_ROWS).forEach((row, view) -> row(row, Map.of(model, view)));
    html.append(several ? "</details>\n" : "");
  }

  private void row(EvalRow shown, Map<String, RowView> views) {
    Excerpt input = Excerpt.end(shown.input());
    html.append("<article class=\"row\">");
    box(
        "input",
        place(shown.where()),
        Piece.html(List.of(input.more(), Piece.plain(input.text())), ""));
    boolean one = views.size() == 1;
    List<Piece> expected = views.values().iterator().next().expected();
    if (!expected.isEmpty()) {
      box("wanted", "Expected", Piece.html(expected, one ? "del" : ""));
    }
    views.forEach(
        (model, view) ->
            box(
                view.fault() == 0 ? "right" : "wrong",
                (one ? "Output" : model)
                    + (view.fault() == 0 ? " ✓" : view.note().isEmpty() ? "" : ", " + view.note()),
                Piece.html(view.output(), "ins")));
    html.append("</article>\n");
  }

  /** File and line; which folder it lies in is nobody's concern. */
  private static String place(String where) {
    return where.substring(where.lastIndexOf('/') + 1);
  }

  private void box(String kind, String title, String text) {
    html.append(
        "<div class=\"%s\"><h4>%s</h4><p>%s</p></div>"
            .formatted(kind, Html.escape(title), text.isEmpty() ? "<i>nothing</i>" : text));
  }
}
