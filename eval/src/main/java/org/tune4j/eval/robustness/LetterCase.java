package org.tune4j.eval.robustness;

import java.util.Locale;

/** The case of letters, which a replacement takes over from the word that it replaces. */
final class LetterCase {
  private LetterCase() {}

  /** A replacement in capitals, with a capital or as it is, whichever the word has. */
  static String of(String word, String replacement) {
    if (!Character.isUpperCase(word.codePointAt(0))) {
      return replacement;
    }
    boolean capitals = word.codePointCount(0, word.length()) > 1 && isUpper(word);
    int first = replacement.offsetByCodePoints(0, 1);
    return capitals
        ? replacement.toUpperCase(Locale.ROOT)
        : replacement.substring(0, first).toUpperCase(Locale.ROOT) + replacement.substring(first);
  }

  private static boolean isUpper(String word) {
    return word.equals(word.toUpperCase(Locale.ROOT));
  }
}
