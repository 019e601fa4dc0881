package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.GateResult.Line;
import org.tune4j.eval.result.Figure;

/** Figures and gates as Markdown, as a merge request or a wiki shows it. */
final class EvalMarkdown {
  private final StringBuilder text = new StringBuilder();

  private EvalMarkdown() {}

  static String text(List<ShownModel> models, List<GateResult> gates) {
    EvalMarkdown markdown = new EvalMarkdown();
    markdown.text.append("# " + escape(String.join(", ", TaskResults.names(models))) + "\n");
    gates.forEach(markdown::gate);
    TaskResults.of(models).forEach(markdown::task);
    return markdown.text.toString();
  }

  private void gate(GateResult gate) {
    text.append("\n## Gate\n\n%s.\n\n".formatted(escape(gate.verdict())));
    table(List.of("", "line", "found"), gate.lines().stream().map(EvalMarkdown::line).toList());
  }

  private static List<String> line(Line line) {
    return List.of(line.status().name(), line.name(), GateSection.found(line));
  }

  private void task(TaskResults task) {
    text.append("\n## %s\n\n".formatted(escape(task.task())));
    List<String> head = new ArrayList<>(List.of("figure"));
    head.addAll(task.results().keySet());
    table(head, task.figures().stream().map(name -> figures(name, task)).toList());
  }

  private static List<String> figures(String name, TaskResults task) {
    Map<String, Figure> figures = task.figures(name);
    List<String> cells = new ArrayList<>(List.of(name));
    for (String model : task.results().keySet()) {
      cells.add(figures.containsKey(model) ? cell(figures.get(model)) : Numbers.NONE);
    }
    return cells;
  }

  /** A value with its interval. */
  static String cell(Figure figure) {
    return Numbers.shorter(figure.value())
        + figure.interval().map(each -> " (" + FigureTable.text(each) + ")").orElse("");
  }

  private void table(List<String> head, List<List<String>> rows) {
    text.append(row(head));
    text.append("|").append("---|".repeat(head.size())).append('\n');
    rows.forEach(cells -> text.append(row(cells)));
  }

  /** A line of a table. */
  static String row(List<String> cells) {
    return cells.stream()
        .map(EvalMarkdown::escape)
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /** A text on one line that Markdown takes for text. */
  private static String escape(String text) {
    return Html.escape(text.replaceAll("\\s+", " "))
        .replaceAll("[\\\\`*\\[\\]|]", "\\\\$0")
        .replace("&quot;", "\"")
        .replace("&#39;", "'");
  }
}
