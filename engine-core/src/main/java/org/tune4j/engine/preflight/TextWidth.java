package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of a terminal. Characters that Unicode calls wide (Standard Annex 11, East Asian Width W
 * and F) take two, marks that are put on others none.
 */
final class TextWidth {
  /** First and last of the blocks that are wide, as far as they are in use in text. */
  private static final int[][] WIDE = {
    {0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},
    {0xA960, 0xA97F}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}
  };

  private TextWidth() {}

  static int of(int character) {
    for (int[] block : WIDE) {
      if (character >= block[0] && character <= block[1]) {
        return 2;
      }
    }
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> 1;
    };
  }

  static int of(String text) {
    return text.codePoints().map(TextWidth::of).sum();
  }

  /** The text with spaces after it, up to a width. */
  static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - of(text)));
  }

  /** The text in lines of at most a width, ended at spaces or between wide characters. */
  static List<String> lines(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split("(?<= )|(?<=[\u3000-\uFFEF])")) {
      if (of(line + word.stripTrailing()) > width && !line.isEmpty()) {
        lines.add(line.toString().stripTrailing());
        line.setLength(0);
      }
      line.append(word);
    }
    lines.add(line.toString().stripTrailing());
    return lines;
  }
}
