package org.tune4j.eval.report;

import java.util.Locale;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.GateResult.Line;
import org.tune4j.eval.result.Figure;

/** What a gate said of a model. */
final class GateSection {
  private GateSection() {}

  static String html(GateResult gate) {
    StringBuilder html = new StringBuilder();
    html.append(
        "<section><h2>Gate</h2>\n<p class=\"note\"><span class=\"%s\">%s</span></p>\n"
            .formatted(gate.passed() ? "better" : "worse", Html.escape(gate.verdict() + ".")));
    html.append("<table class=\"findings gate\">\n");
    for (Line line : gate.lines()) {
      html.append(
          "<tr class=\"%s\"><td>%s</td><th>%s</th><td>%s</td></tr>\n"
              .formatted(
                  switch (line.status()) {
                    case PASS -> "pass";
                    case FAIL -> "refuse";
                    case NOT_MEASURED -> "unmeasured";
                  },
                  told(line),
                  Html.escape(line.name()),
                  Html.escape(found(line))));
    }
    return html.append("</table></section>\n").toString();
  }

  private static String told(Line line) {
    return line.status().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** What was found, and why that is no pass. */
  static String found(Line line) {
    String value = line.figure().map(GateSection::value).orElse("");
    return line.reason().isEmpty()
        ? value
        : value.isEmpty() ? line.reason() : value + ": " + line.reason();
  }

  private static String value(Figure figure) {
    return Numbers.shorter(figure.value())
        + figure.interval().map(each -> " (" + FigureTable.text(each) + ")").orElse("");
  }
}
