package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.preflight.ShownRow.Mask;
import org.tune4j.engine.preflight.ShownRow.Piece;

/**
 * A row's tokens in lines of a terminal: what is learned in bold green, what is only read dim, what
 * is cut off struck through; without colours in brackets. Characters that would move the cursor are
 * shown as signs.
 */
final class MaskText {
  private static final int MOST_LINES = 16;
  private static final String NEW_LINE = "↵";

  private final boolean colour;
  private final List<Cell> cells = new ArrayList<>();

  /** What one character is shown as. */
  private record Cell(String text, Mask mask) {
    boolean endsWord() {
      return text.equals(" ") || TextWidth.of(text) == 2;
    }
  }

  private MaskText(List<Piece> pieces, boolean colour) {
    this.colour = colour;
    for (Piece piece : pieces) {
      String text = piece.omitted() ? " … %,d tokens … ".formatted(piece.tokens()) : piece.text();
      text.codePoints().forEach(c -> cells.add(new Cell(sign(c), piece.mask())));
    }
  }

  private static String sign(int c) {
    return switch (c) {
      case '\n' -> NEW_LINE;
      case '\t' -> "→";
      default ->
          c < ' '
              ? Character.toString(0x2400 + c)
              : Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                  ? "<U+%04X>".formatted(c)
                  : Character.toString(c);
    };
  }

  /** What the marks mean, in one line. */
  static String legend(boolean colour) {
    return "%slearned%s · %sread only%s · %scut off%s"
        .formatted(
            start(Mask.LEARNED, colour),
            end(Mask.LEARNED, colour),
            start(Mask.READ, colour),
            end(Mask.READ, colour),
            start(Mask.CUT, colour),
            end(Mask.CUT, colour));
  }

  private static String start(Mask mask, boolean colour) {
    return switch (mask) {
      case LEARNED -> colour ? "\u001b[1;32m" : "⟦";
      case READ -> colour ? "\u001b[2m" : "";
      case CUT -> colour ? "\u001b[9;31m" : "⟪";
    };
  }

  private static String end(Mask mask, boolean colour) {
    return colour
        ? "\u001b[0m"
        : switch (mask) {
          case LEARNED -> "⟧";
          case READ -> "";
          case CUT -> "⟫";
        };
  }

  /** The pieces in lines; of very many lines the first and last ones. */
  static List<String> lines(List<Piece> pieces, boolean colour, int width) {
    List<String> lines = new MaskText(pieces, colour).lines(width);
    if (lines.size() <= MOST_LINES) {
      return lines;
    }
    int half = MOST_LINES / 2;
    List<String> shown = new ArrayList<>(lines.subList(0, half));
    shown.add("… %d lines …".formatted(lines.size() - 2 * half));
    shown.addAll(lines.subList(lines.size() - half, lines.size()));
    return shown;
  }

  private List<String> lines(int width) {
    List<String> lines = new ArrayList<>();
    for (int from = 0; from < cells.size(); ) {
      int end = endOfLine(from, width);
      lines.add(line(from, end));
      from = end;
    }
    return lines;
  }

  /** After the last word that fits; within a word that is longer than a line. */
  private int endOfLine(int from, int width) {
    int columns = 0;
    int end = from;
    for (int i = from; i < cells.size(); i++) {
      columns += TextWidth.of(cells.get(i).text());
      if (columns > width) {
        return end > from ? end : Math.max(i, from + 1);
      }
      if (cells.get(i).text().equals(NEW_LINE)) {
        return i + 1;
      }
      if (cells.get(i).endsWord()) {
        end = i + 1;
      }
    }
    return cells.size();
  }

  /** Colours begin anew in every line, brackets stand where a stretch begins and ends. */
  private String line(int from, int end) {
    StringBuilder line = new StringBuilder();
    for (int i = from; i < end; i++) {
      Mask mask = cells.get(i).mask();
      boolean begins = i == 0 || cells.get(i - 1).mask() != mask;
      boolean ends = i + 1 == cells.size() || cells.get(i + 1).mask() != mask;
      line.append(begins || colour && i == from ? start(mask, colour) : "");
      line.append(cells.get(i).text());
      line.append(ends || colour && i + 1 == end ? end(mask, colour) : "");
    }
    return line.toString();
  }
}
