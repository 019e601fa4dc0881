package org.tune4j.engine.preflight;

/**
 * Text that was decoded in a wrong encoding. UTF-8 read as Windows-1252 or Latin-1 shows as a
 * letter with a mark and signs that rarely follow it, such as {@code Ã©} for é; GBK read as Latin-1
 * as a long stretch of such letters; and lost characters read as GBK as three certain Chinese
 * words.
 */
final class Mojibake {
  /**
   * What Windows-1252 has for the bytes 0x80 to 0x9F; the five that it leaves free are controls.
   */
  private static final String WINDOWS_1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

  /** First bytes after which one sequence is proof: no language writes what comes out. */
  private static final String PROOF = "ÂÃâð";

  private static final int LONG_STRETCH = 8;

  private Mojibake() {}

  /** Number of stretches of such text. */
  static int count(String text) {
    int count = 0;
    int latin = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int end = c >= 0xC2 && c <= 0xF4 ? endOfSequences(text, i) : i;
      if (end > i) {
        count++;
        latin = 0;
        i = end - 1;
      } else {
        latin = c >= 0xA1 && c <= 0xFE ? latin + 1 : 0;
        count += latin == LONG_STRETCH || c >= 0x4E00 && isLostText(text, i) ? 1 : 0;
      }
    }
    return count;
  }

  /** The end of UTF-8 sequences, each byte a character; the start where they prove nothing. */
  private static int endOfSequences(String text, int start) {
    boolean proof = false;
    int sequences = 0;
    int end = start;
    while (end < text.length()) {
      int length = length(text, end);
      if (length == 0) {
        break;
      }
      proof |= PROOF.indexOf(text.charAt(end)) >= 0;
      sequences++;
      end += length;
    }
    return proof || sequences > 1 ? end : start;
  }

  /** Length of the sequence that begins here; 0 if none does. */
  private static int length(String text, int at) {
    char first = text.charAt(at);
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > text.length()) {
      return 0;
    }
    for (int i = at + 1; i < at + length; i++) {
      char c = text.charAt(i);
      if ((c < 0x80 || c > 0xBF) && WINDOWS_1252.indexOf(c) < 0) {
        return 0;
      }
    }
    return length;
  }

  private static boolean isLostText(String text, int at) {
    return text.startsWith("锟斤拷", at) || text.startsWith("烫烫烫", at) || text.startsWith("屯屯屯", at);
  }
}
