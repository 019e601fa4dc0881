package org.tune4j.eval.report;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.stats.Interval;

/** All figures of a task: a row each, and a column for each model. */
final class FigureTable {
  private FigureTable() {}

  static String html(TaskResults task) {
    List<String> models = List.copyOf(task.results().keySet());
    StringBuilder html = new StringBuilder();
    html.append(
        "<div class=\"scroll whole\"><table class=\"numbers figures\"><thead><tr><th>figure</th>");
    for (String model : models) {
      html.append("<th>%s</th>".formatted(models.size() > 1 ? Html.escape(model) : "value"));
    }
    html.append("</tr></thead>\n<tbody>");
    for (String name : task.figures()) {
      Map<String, Figure> figures = task.figures(name);
      html.append(
          "<tr><th>%s<br/><span class=\"unit\">%s</span></th>"
              .formatted(Html.escape(name), measuredOn(figures)));
      for (String model : models) {
        html.append("<td>%s</td>".formatted(cell(figures.get(model), figures.get(models.get(0)))));
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody></table></div>\n").toString();
  }

  /** On how many rows, and by which signature: what all models agree in, or what each says. */
  private static String measuredOn(Map<String, Figure> figures) {
    String signature = joined(figures, Figure::signature);
    return "n = "
        + joined(figures, figure -> Numbers.whole(figure.count()))
        + (signature.isEmpty() ? "" : "; " + signature);
  }

  private static String joined(Map<String, Figure> figures, Function<Figure, String> part) {
    return Html.escape(
        figures.values().stream().map(part).distinct().collect(Collectors.joining(" / ")));
  }

  private static String cell(Figure figure, Figure first) {
    if (figure == null) {
      return Numbers.NONE;
    }
    return Numbers.shorter(figure.value()) + difference(figure, first) + interval(figure);
  }

  private static String difference(Figure figure, Figure first) {
    if (first == null || first == figure || !figure.isDefined() || !first.isDefined()) {
      return "";
    }
    double difference = figure.value() - first.value();
    String judged =
        difference == 0 ? "to" : difference > 0 == figure.higherIsBetter() ? "better" : "worse";
    return " <span class=\"%s\">%s%s</span>"
        .formatted(judged, difference > 0 ? "+" : "", Numbers.shorter(difference));
  }

  /** The interval as HTML, on a line of its own; nothing where there is none. */
  static String interval(Figure figure) {
    return figure
        .interval()
        .map(each -> "<br/><span class=\"unit\">%s</span>".formatted(text(each)))
        .orElse("");
  }

  /** An interval as text. */
  static String text(Interval interval) {
    return "%s to %s, %s"
        .formatted(
            Numbers.shorter(interval.low()),
            Numbers.shorter(interval.high()),
            Numbers.percent(interval.level()));
  }
}
