package org.tune4j.eval.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.GateResult.Status;
import org.tune4j.eval.result.Figure;

/** An evaluation as a page: verdict, figures, charts and rows, task by task. */
final class EvalPage {
  private static final int MOST_TILES = 12;

  private final List<String> models;
  private final List<TaskResults> tasks;
  private final List<GateResult> gates;
  private final ChartFigure charts = new ChartFigure();
  private final StringBuilder html = new StringBuilder();

  private EvalPage(List<ShownModel> models, List<GateResult> gates) {
    this.models = TaskResults.names(models);
    this.tasks = TaskResults.of(models);
    this.gates = gates;
  }

  static String html(List<ShownModel> models, List<GateResult> gates) {
    return new EvalPage(models, gates).page();
  }

  private String page() {
    tiles();
    gates.forEach(gate -> html.append(GateSection.html(gate)));
    for (TaskResults task : tasks) {
      html.append("<section><h2>%s</h2>\n".formatted(Html.escape(task.task())))
          .append(FigureTable.html(task))
          .append(LabelSection.html(task, charts))
          .append(RowSection.html(task))
          .append("</section>\n");
    }
    return Page.html(String.join(", ", models), summary(), html.toString());
  }

  private String summary() {
    String names = String.join(", ", tasks.stream().map(TaskResults::task).toList());
    return models.size() == 1
        ? "What the model is worth in " + names + "."
        : "What the models are worth in %s; differences are to %s.".formatted(names, models.get(0));
  }

  /** The verdicts, and what the gates judged or, without a gate, the first figure of each task. */
  private void tiles() {
    html.append("<section><div class=\"tiles\">\n");
    for (GateResult gate : gates) {
      html.append(
          Page.tile(
              "Gate" + (gates.size() > 1 ? " of " + Html.escape(gate.model()) : ""),
              gate.passed()
                  ? "<span class=\"better\">pass</span>"
                  : "<span class=\"worse\">fail</span>",
              "%s passed, %s failed".formatted(gate.count(Status.PASS), gate.count(Status.FAIL))));
    }
    headline().entrySet().stream()
        .limit(MOST_TILES)
        .forEach(each -> html.append(tile(each.getKey(), each.getValue())));
    html.append("</div></section>\n");
  }

  private Map<String, Figure> headline() {
    Map<String, Figure> shown = new LinkedHashMap<>();
    for (TaskResults task : tasks) {
      List<String> names =
          task.figures().stream().filter(name -> isJudged(task.task(), name)).toList();
      for (String name : names.isEmpty() ? task.figures().stream().limit(1).toList() : names) {
        task.figures(name)
            .forEach(
                (model, figure) ->
                    shown.put(
                        task.task() + " " + name + (models.size() > 1 ? ", " + model : ""),
                        figure));
      }
    }
    return shown;
  }

  private boolean isJudged(String task, String figure) {
    return gates.stream()
        .flatMap(gate -> gate.lines().stream())
        .filter(line -> line.figure().isPresent())
        .anyMatch(
            line ->
                line.task().orElseThrow().equals(task) && line.condition().figure().equals(figure));
  }

  private static String tile(String title, Figure figure) {
    return Page.tile(
        Html.escape(title),
        Numbers.shorter(figure.value()),
        figure
            .interval()
            .map(FigureTable::text)
            .orElse(Numbers.whole(figure.count()) + " measured"));
  }
}
