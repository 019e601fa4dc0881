package org.tune4j.eval.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.preflight.Finding;
import org.tune4j.engine.preflight.Forecast;
import org.tune4j.engine.preflight.Measured;
import org.tune4j.engine.preflight.Measured.Bar;
import org.tune4j.engine.preflight.Measured.ClassCount;
import org.tune4j.engine.preflight.Measured.Scanned;
import org.tune4j.engine.preflight.Measured.Tokens;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.preflight.ShownRow;
import org.tune4j.engine.preflight.ShownRow.Piece;

/** What was learned from, as the pre-flight report told before the first step. */
final class PreflightSection {
  private static final int MOST_CLASSES = 20;

  private final PreflightReport report;
  private final Measured measured;
  private final StringBuilder html = new StringBuilder();

  private PreflightSection(PreflightReport report) {
    this.report = report;
    this.measured = report.measured();
  }

  static String html(PreflightReport report) {
    PreflightSection section = new PreflightSection(report);
    section.html.append("<section><h2>Pre-flight</h2>\n");
    section.findings();
    section.facts();
    section.charts();
    section.rows();
    return section.html.append("</section>\n").toString();
  }

  private void findings() {
    html.append("<table class=\"findings\">\n");
    for (Finding finding : report.findings()) {
      String level = finding.level().name().toLowerCase(Locale.ROOT);
      html.append(
          "<tr class=\"%s\"><td>%s</td><th>%s</th><td>%s</td></tr>\n"
              .formatted(level, level, Html.escape(finding.key()), Html.escape(finding.reason())));
    }
    html.append("</table>\n");
  }

  private void facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("training rows", rows(measured.rows()));
    if (measured.heldOut().all() > 0) {
      facts.put("evaluation rows", rows(measured.heldOut()));
    }
    Tokens tokens = measured.tokens();
    if (measured.encoding().rows() > 0) {
      facts.put("tokens", Numbers.whole(tokens.kept()));
      facts.put(
          "learned tokens",
          "%s (%s)"
              .formatted(
                  Numbers.whole(tokens.learned()),
                  Numbers.percent(
                      tokens.kept() == 0 ? 0 : (double) tokens.learned() / tokens.kept())));
      facts.put("tokens cut off", Numbers.whole(tokens.cut()));
      facts.put(
          "tokens a row",
          "%s to %s, median %s, 95 %% have up to %s"
              .formatted(
                  Numbers.whole(tokens.min()),
                  Numbers.whole(tokens.max()),
                  Numbers.whole(tokens.median()),
                  Numbers.whole(tokens.p95())));
    }
    Forecast forecast = measured.forecast();
    if (forecast != null) {
      facts.put("steps expected", Numbers.whole(forecast.steps()));
      facts.put(
          "memory expected",
          "%s of %s MiB"
              .formatted(
                  Numbers.whole(forecast.bytesNeeded() / (double) (1 << 20)),
                  Numbers.whole(forecast.bytesAvailable() / (double) (1 << 20))));
      if (forecast.seconds() > 0) {
        facts.put("time expected", Numbers.shorter(forecast.seconds() / 60) + " minutes");
      }
    }
    html.append("<table class=\"facts\">\n");
    facts.forEach(
        (name, value) -> html.append("<tr><th>%s</th><td>%s</td></tr>\n".formatted(name, value)));
    html.append("</table>\n");
  }

  private static String rows(Scanned rows) {
    return Numbers.whole(rows.scanned())
        + (rows.sampled() ? " looked at, of " + Numbers.whole(rows.all()) : "")
        + (rows.bad() > 0 ? ", %s bad".formatted(Numbers.whole(rows.bad())) : "");
  }

  private void charts() {
    Map<String, Long> lengths = new LinkedHashMap<>();
    for (Bar bar : measured.tokens().histogram()) {
      lengths.put(Numbers.whole(bar.from()) + "–" + Numbers.whole(bar.to()), bar.rows());
    }
    List<ClassCount> compared = measured.classes().compared();
    Map<String, Long> classes = new LinkedHashMap<>();
    for (ClassCount count : compared.subList(0, Math.min(MOST_CLASSES, compared.size()))) {
      classes.put(count.name().isEmpty() ? "(empty)" : count.name(), count.count());
    }
    if (!lengths.isEmpty() || !classes.isEmpty()) {
      html.append("<div class=\"charts\">\n");
      bars("Rows by tokens", "", lengths);
      String more =
          compared.size() > classes.size()
              ? ", and %s more".formatted(Numbers.whole(compared.size() - classes.size()))
              : "";
      bars("Classes", measured.classes().of() + more, classes);
      html.append("</div>\n");
    }
  }

  /** Bars that lie, each with its name and number as text; they need no axes. */
  private void bars(String title, String unit, Map<String, Long> values) {
    if (values.isEmpty()) {
      return;
    }
    long most = values.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    html.append(
        "<figure><figcaption><span><b>%s</b> <span class=\"unit\">%s</span></span></figcaption><table class=\"bars\">\n"
            .formatted(title, unit));
    values.forEach(
        (name, value) ->
            html.append(
                "<tr><th>%s</th><td><div style=\"width:%s%%\"></div></td><td>%s</td></tr>\n"
                    .formatted(
                        Html.escape(name),
                        String.format(Locale.ROOT, "%.1f", 100.0 * value / Math.max(1, most)),
                        Numbers.whole(value))));
    html.append("</table></figure>\n");
  }

  private void rows() {
    if (measured.shown().isEmpty()) {
      return;
    }
    html.append(
        "<p class=\"note masks\">Rows as they are learned: <mark>learned</mark> <span>read only</span> <s>cut off</s></p>\n");
    for (ShownRow row : measured.shown()) {
      html.append(
          "<article class=\"mask\"><h3>%s</h3><p>"
              .formatted(
                  Html.escape(
                      "%s, %s: %s tokens, %s learned"
                          .formatted(
                              row.where(),
                              row.which(),
                              Numbers.whole(row.tokens()),
                              Numbers.whole(row.learned())))));
      row.pieces().forEach(this::piece);
      html.append("</p></article>\n");
    }
  }

  private void piece(Piece piece) {
    String element =
        switch (piece.mask()) {
          case LEARNED -> "mark";
          case READ -> "span";
          case CUT -> "s";
        };
    String text =
        piece.omitted()
            ? "<i> … %s tokens … </i>".formatted(Numbers.whole(piece.tokens()))
            : Html.escape(piece.text()).replace("\n", "↵\n");
    html.append("<%s>%s</%s>".formatted(element, text, element));
  }
}
