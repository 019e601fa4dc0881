package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.FigureComparison;
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
        html.append(
            "<td>%s%s</td>"
                .formatted(cell(figures.get(model)), difference(task, name, model, models.get(0))));
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

  private static String cell(Figure figure) {
    return figure == null ? Numbers.NONE : Numbers.shorter(figure.value()) + interval(figure);
  }

  /** To the first model, with what a test said of it; nothing where either has no value. */
  private static String difference(TaskResults task, String name, String model, String first) {
    Figure own = task.figures(name).get(model);
    Figure other = task.figures(name).get(first);
    if (model.equals(first) || own == null || other == null) {
      return "";
    }
    double difference = own.value() - other.value();
    if (Double.isNaN(difference)) {
      return "";
    }
    String judged =
        difference == 0 ? "to" : difference > 0 == own.higherIsBetter() ? "better" : "worse";
    return "<br/><span class=\"%s\">%s</span>%s"
        .formatted(
            judged,
            signed(difference),
            task.comparison(model, name).map(FigureTable::tested).orElse(""));
  }

  private static String tested(FigureComparison compared) {
    List<String> told = new ArrayList<>();
    compared
        .interval()
        .ifPresent(each -> told.add(signed(each.low()) + " to " + signed(each.high())));
    if (!Double.isNaN(compared.p())) {
      told.add("p = " + Numbers.shorter(compared.p()));
    }
    return " <span class=\"unit\">%s</span>".formatted(String.join("; ", told));
  }

  private static String signed(double difference) {
    return (difference > 0 ? "+" : "") + Numbers.shorter(difference);
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
