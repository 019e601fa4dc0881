package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tune4j.engine.preflight.Finding.Level;
import org.tune4j.engine.preflight.Measured.Bar;
import org.tune4j.engine.preflight.Measured.ClassCount;
import org.tune4j.engine.preflight.Measured.Scanned;
import org.tune4j.engine.preflight.Measured.Tokens;

/** A report for a terminal: numbers, rows, and at the end what was found, the worst last. */
final class TerminalText {
  private static final int WIDTH = 100;
  private static final int INDENT = 2;
  private static final int BAR = 40;
  private static final int MOST_CLASSES = 12;
  private static final String EIGHTHS = "▏▎▍▌▋▊▉█";

  private final PreflightReport report;
  private final Measured measured;
  private final boolean colour;
  private final List<String> lines = new ArrayList<>();

  TerminalText(PreflightReport report, boolean colour) {
    this.report = report;
    this.measured = report.measured();
    this.colour = colour;
  }

  String text() {
    numbers();
    histogram();
    classes();
    shown();
    findings();
    return String.join("\n", lines) + "\n";
  }

  private void numbers() {
    fact("rows", rows(measured.rows()));
    if (measured.heldOut().all() > 0) {
      fact("evaluation", rows(measured.heldOut()));
    }
    Tokens tokens = measured.tokens();
    if (measured.encoding().rows() > 0) {
      fact(
          "tokens",
          "%s, %s of them learned (%s)%s"
              .formatted(
                  Figures.whole(tokens.kept()),
                  Figures.whole(tokens.learned()),
                  Figures.share(tokens.learned(), tokens.kept()),
                  tokens.cut() > 0 ? ", %s cut off".formatted(Figures.whole(tokens.cut())) : ""));
      fact(
          "tokens a row",
          "%s to %s, median %s, 95 %% have up to %s"
              .formatted(
                  Figures.whole(tokens.min()),
                  Figures.whole(tokens.max()),
                  Figures.whole(tokens.median()),
                  Figures.whole(tokens.p95())));
    }
    Forecast forecast = measured.forecast();
    if (forecast != null) {
      fact(
          "forecast",
          "%s, %s%s"
              .formatted(
                  Figures.of(forecast.steps(), "step", "steps"),
                  Figures.bytes(forecast.bytesNeeded()),
                  forecast.seconds() > 0 ? ", " + Figures.duration(forecast.seconds()) : ""));
    }
  }

  private static String rows(Scanned rows) {
    return Figures.whole(rows.scanned())
        + (rows.sampled() ? " looked at, of %s".formatted(Figures.whole(rows.all())) : "")
        + (rows.bad() > 0 ? ", %s bad".formatted(Figures.whole(rows.bad())) : "");
  }

  private void fact(String name, String value) {
    lines.add(TextWidth.padded(name, 14) + value);
  }

  private void histogram() {
    List<Bar> bars = measured.tokens().histogram();
    if (bars.isEmpty()) {
      return;
    }
    title("Rows by tokens");
    long most = bars.stream().mapToLong(Bar::rows).max().orElseThrow();
    for (Bar bar : bars) {
      bar(
          "%,7d – %-,7d".formatted(bar.from(), bar.to()),
          bar.rows(),
          most,
          Figures.whole(bar.rows()));
    }
  }

  private void classes() {
    List<ClassCount> classes = measured.classes().compared();
    if (classes.isEmpty()) {
      return;
    }
    title("Classes (%s)".formatted(measured.classes().of()));
    long all = classes.stream().mapToLong(ClassCount::count).sum();
    List<ClassCount> named = classes.subList(0, Math.min(MOST_CLASSES, classes.size()));
    int width = named.stream().mapToInt(c -> TextWidth.of(name(c))).max().orElseThrow();
    for (ClassCount c : named) {
      bar(
          TextWidth.padded(name(c), Math.max(width, 8)) + "  ",
          c.count(),
          classes.get(0).count(),
          "%s  %s".formatted(Figures.whole(c.count()), Figures.share(c.count(), all)));
    }
    if (named.size() < classes.size()) {
      indented("… and %s more".formatted(Figures.whole(classes.size() - named.size())));
    }
  }

  /** A class's name without characters that would move the cursor. */
  private static String name(ClassCount c) {
    String name = c.name().replaceAll("\\p{C}", "\uFFFD");
    return name.isEmpty() ? "(empty)" : name;
  }

  private void bar(String name, long value, long most, String figure) {
    int eighths = (int) Math.ceil(8.0 * BAR * value / Math.max(1, most));
    String bar =
        "█".repeat(eighths / 8)
            + (eighths % 8 == 0 ? "" : EIGHTHS.substring(eighths % 8 - 1, eighths % 8));
    indented(name + TextWidth.padded(bar, BAR) + " " + figure);
  }

  private void shown() {
    if (measured.shown().isEmpty()) {
      return;
    }
    title("Rows as they are learned: " + MaskText.legend(colour));
    for (ShownRow row : measured.shown()) {
      lines.add("");
      indented(
          "%s, %s: %s, %s learned"
              .formatted(
                  row.where(),
                  row.which(),
                  Figures.of(row.tokens(), "token", "tokens"),
                  Figures.whole(row.learned())));
      MaskText.lines(row.pieces(), colour, WIDTH - INDENT).forEach(this::indented);
    }
  }

  private void findings() {
    title("Findings");
    int width = Checks.ALL.stream().mapToInt(check -> check.key().length()).max().orElseThrow();
    report.findings().stream()
        .sorted(Comparator.comparing(Finding::level))
        .forEach(
            finding -> {
              String head = TextWidth.padded(finding.key(), width) + "  ";
              int indent = INDENT + 8 + head.length();
              List<String> reason = TextWidth.lines(finding.reason(), WIDTH - indent);
              indented(level(finding.level()) + head + reason.get(0));
              reason
                  .subList(1, reason.size())
                  .forEach(rest -> lines.add(" ".repeat(indent) + rest));
            });
  }

  private String level(Level level) {
    String name =
        TextWidth.padded(
            switch (level) {
              case OK -> "ok";
              case WARN -> "warning";
              case REFUSE -> "REFUSED";
            },
            8);
    String start =
        switch (level) {
          case OK -> "\u001b[32m";
          case WARN -> "\u001b[33m";
          case REFUSE -> "\u001b[1;31m";
        };
    return colour ? start + name + "\u001b[0m" : name;
  }

  private void title(String title) {
    lines.add("");
    lines.add(title);
  }

  private void indented(String line) {
    lines.add(" ".repeat(INDENT) + line);
  }
}
