package org.tune4j.engine.preflight.duplicate;

import java.text.Normalizer;

/**
 * Text as it is compared: in Unicode's normal form C, every stretch of white space as one space,
 * none at the ends.
 */
final class NormalText {
  /** Characters below this one are in normal form C, whatever stands beside them. */
  private static final char FIRST_COMBINING = '\u0300';

  private NormalText() {}

  static String of(String text) {
    boolean plain = true;
    boolean single = true;
    boolean before = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      plain &= c < FIRST_COMBINING;
      boolean space = isSpace(c);
      single &= !space || c == ' ' && !before;
      before = space;
    }
    String composed = plain ? text : composed(text);
    return single && !before || text.isEmpty() ? composed : spacedOnce(composed);
  }

  private static String composed(String text) {
    return Normalizer.isNormalized(text, Normalizer.Form.NFC)
        ? text
        : Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  private static String spacedOnce(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean waiting = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isSpace(c)) {
        waiting = out.length() > 0;
      } else {
        if (waiting) {
          out.append(' ');
          waiting = false;
        }
        out.append(c);
      }
    }
    return out.toString();
  }

  /** White space of Unicode, the non-breaking kinds and NEL included. */
  private static boolean isSpace(char c) {
    return c <= ' '
        ? c == ' ' || Character.isWhitespace(c)
        : c > '~' && (Character.isSpaceChar(c) || c == '\u0085');
  }
}
