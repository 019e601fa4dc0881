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

/** Rows of a task: the worst ones of each model, and those that models differ about most. */
final class RowSection {
  private static final int MOST_ROWS = 10;

  private final TaskResults task;
  private final Optional<Metric> metric;
  private final StringBuilder html = new StringBuilder();

  private RowSection(TaskResults task) {
    this.task = task;
    // the later one tells rows apart more finely: those of whole answers are the first
    this.metric =
        Metrics.all().stream()
            .filter(each -> task.figures().contains(each.name()))
            .reduce((coarse, fine) -> fine);
  }

  static String html(TaskResults task) {
    RowSection section = new RowSection(task);
    if (task.results().size() > 1) {
      section.differences();
    }
    task.results().forEach(section::worst);
    return section.html.toString();
  }

  private RowView view(EvalRow row) {
    return RowView.of(row, metric);
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
    top(differ).forEach(this::row);
  }

  private Shown compared(Map<String, EvalRow> rows) {
    Map<String, RowView> views = new LinkedHashMap<>();
    rows.forEach((model, row) -> views.put(model, view(row)));
    double[] faults = views.values().stream().mapToDouble(RowView::fault).sorted().toArray();
    return new Shown(rows.values().iterator().next(), views, faults[faults.length - 1] - faults[0]);
  }

  private void worst(String model, EvalResult result) {
    List<Shown> wrong =
        result.rows().stream().map(row -> alone(model, row)).filter(row -> row.weight > 0).toList();
    if (wrong.isEmpty()) {
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
                Numbers.whole(wrong.size()),
                Numbers.whole(result.rows().size()),
                wrong.size() > MOST_ROWS ? "; the worst are here" : ""));
    top(wrong).forEach(this::row);
    html.append(several ? "</details>\n" : "");
  }

  private Shown alone(String model, EvalRow row) {
    RowView view = view(row);
    return new Shown(row, Map.of(model, view), view.fault());
  }

  private static List<Shown> top(List<Shown> rows) {
    return rows.stream()
        .sorted(Comparator.comparingDouble(row -> -row.weight))
        .limit(MOST_ROWS)
        .toList();
  }

  private void row(Shown shown) {
    Excerpt input = Excerpt.end(shown.row.input());
    html.append("<article class=\"row\">");
    box("input", shown.row.where(), input.more() + Html.escape(input.text()));
    boolean one = shown.views.size() == 1;
    String expected = shown.views.values().iterator().next().expected();
    if (!expected.isEmpty()) {
      box("wanted", "Expected", one ? expected : expected.replaceAll("</?del>", ""));
    }
    shown.views.forEach(
        (model, view) ->
            box(
                view.fault() == 0 ? "right" : "wrong",
                (one ? "Output" : model)
                    + (view.fault() == 0 ? " ✓" : view.note().isEmpty() ? "" : ", " + view.note()),
                view.output()));
    html.append("</article>\n");
  }

  private void box(String kind, String title, String text) {
    html.append(
        "<div class=\"%s\"><h4>%s</h4><p>%s</p></div>"
            .formatted(kind, Html.escape(title), text.isEmpty() ? "<i>nothing</i>" : text));
  }
}
