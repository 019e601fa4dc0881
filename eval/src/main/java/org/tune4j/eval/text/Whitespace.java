package org.tune4j.eval.text;

import java.util.ArrayList;
import java.util.List;

/**
 * White space as Unicode and the reference tools (Python) see it, in which the no-break and the
 * ideographic space are white. Java's own methods leave these in the words.
 */
public final class Whitespace {
  private Whitespace() {}

  /** Whether a code point is white space. */
  private static boolean isWhite(int codePoint) {
    return Character.isSpaceChar(codePoint)
        || codePoint >= '\t' && codePoint <= '\r'
        || codePoint >= 0x1c && codePoint <= 0x1f
        || codePoint == 0x85;
  }

  /** The words between white space. */
  public static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean white = i == text.length() || isWhite(text.charAt(i));
      if (white && start >= 0) {
        words.add(text.substring(start, i));
        start = -1;
      } else if (!white && start < 0) {
        start = i;
      }
    }
    return words;
  }

  /** The text without white space at its end. */
  public static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isWhite(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /** The characters of a text that are not white space, each a string of its own. */
  public static List<String> characters(String text) {
    return text.codePoints().filter(c -> !isWhite(c)).mapToObj(Character::toString).toList();
  }
}
