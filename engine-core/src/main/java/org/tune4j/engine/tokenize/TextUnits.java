package org.tune4j.engine.tokenize;

/** Translates between the code points that tokenizers count and the chars that Java counts. */
final class TextUnits {
  /** Char index of each code point, or null where both counts are the same. */
  private final int[] charIndexes;

  TextUnits(String text) {
    int codePoints = text.codePointCount(0, text.length());
    if (codePoints == text.length()) {
      charIndexes = null;
      return;
    }
    charIndexes = new int[codePoints + 1];
    int index = 0;
    for (int i = 0; i < codePoints; i++) {
      charIndexes[i] = index;
      index += Character.charCount(text.codePointAt(index));
    }
    charIndexes[codePoints] = index;
  }

  int charIndex(int codePointIndex) {
    return charIndexes == null ? codePointIndex : charIndexes[codePointIndex];
  }

  /** The text with U+FFFD in place of each half of a surrogate pair that stands alone. */
  static String withoutHalfPairs(String text) {
    StringBuilder sound = null;
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePointAt(i);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        sound = sound == null ? new StringBuilder(text) : sound;
        sound.setCharAt(i, '\uFFFD');
      } else if (Character.isSupplementaryCodePoint(c)) {
        i++;
      }
    }
    return sound == null ? text : sound.toString();
  }
}
