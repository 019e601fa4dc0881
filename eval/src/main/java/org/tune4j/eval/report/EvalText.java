package org.tune4j.eval.report;

import java.util.List;
import java.util.stream.Collectors;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.result.EvalResult;

/** What a gate said, and what went wrong, as lines for a console or a failed test. */
public final class EvalText {
  private static final int MOST_CHARACTERS = 200;

  private EvalText() {}

  /** The verdict, and a line for each line of the gate. */
  public static String gate(GateResult gate) {
    return gate.verdict()
        + gate.lines().stream()
            .map(
                line ->
                    "\n  %-12s  %s: %s"
                        .formatted(line.status(), line.name(), GateSection.found(line)))
            .collect(Collectors.joining());
  }

  /**
   * The worst rows of a result: where each stands, what was given, wanted and made of it.
   *
   * @param most how many
   * @return lines, each shortened; empty where every row is right
   */
  public static String worstRows(EvalResult result, int most) {
    StringBuilder text = new StringBuilder();
    WorstRows worst = WorstRows.of(result);
    worst
        .top(most)
        .forEach(
            (row, view) -> {
              text.append("\n  ").append(row.where()).append(": ").append(view.note());
              line(text, "input", List.of(Piece.plain(row.input())));
              if (!view.expected().isEmpty()) {
                line(text, "expected", view.expected());
              }
              line(text, "output", view.output());
            });
    return text.isEmpty()
        ? ""
        : "%s rows of %s are not right; the worst:".formatted(worst.count(), result.task()) + text;
  }

  private static void line(StringBuilder text, String name, List<Piece> pieces) {
    String whole =
        pieces.stream().map(Piece::text).collect(Collectors.joining()).replaceAll("\\p{Cc}+", " ");
    boolean cut = whole.length() > MOST_CHARACTERS;
    text.append("\n    %-9s ".formatted(name + ":"))
        .append(cut ? whole.substring(0, MOST_CHARACTERS) + "…" : whole);
  }
}
