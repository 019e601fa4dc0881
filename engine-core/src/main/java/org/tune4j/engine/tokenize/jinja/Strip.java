package org.tune4j.engine.tokenize.jinja;

import java.util.function.IntPredicate;

/** {@code strip} and its relatives. */
final class Strip {
  private Strip() {}

  /**
   * Takes characters away from the ends.
   *
   * @param chars which ones; null for white space
   */
  static Text strip(Text text, Text chars, boolean left, boolean right) {
    IntPredicate unwanted =
        chars == null ? Characters::isSpace : c -> chars.value().indexOf(c) >= 0;
    String value = text.value();
    int from = 0;
    while (left && from < value.length() && unwanted.test(value.codePointAt(from))) {
      from += Character.charCount(value.codePointAt(from));
    }
    int to = value.length();
    while (right && to > from && unwanted.test(value.codePointBefore(to))) {
      to -= Character.charCount(value.codePointBefore(to));
    }
    return text.slice(from, to);
  }

  static Text strip(Text text) {
    return strip(text, null, true, true);
  }
}
