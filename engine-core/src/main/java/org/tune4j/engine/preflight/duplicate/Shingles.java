package org.tune4j.engine.preflight.duplicate;

/**
 * The pieces of a text by which likeness is measured: from each character on the next five, or
 * three where it is Chinese, Japanese or Korean, whose characters say more. They overlap, and stand
 * as hashes. A text that is shorter than a piece is one piece.
 */
final class Shingles {
  private static final int LENGTH = 5;
  private static final int CJK_LENGTH = 3;

  /** What is done with a piece. */
  @FunctionalInterface
  interface Visitor {
    void visit(int hash);
  }

  private Shingles() {}

  static void forEach(String text, Visitor visitor) {
    int[] characters = text.codePoints().toArray();
    int visited = 0;
    for (int from = 0; from < characters.length; from++) {
      int end = from + (isCjk(characters[from]) ? CJK_LENGTH : LENGTH);
      if (end <= characters.length) {
        visitor.visit(hash(characters, from, end));
        visited++;
      }
    }
    if (visited == 0 && characters.length > 0) {
      visitor.visit(hash(characters, 0, characters.length));
    }
  }

  /** With the last step of MurmurHash3 (Appleby, public domain). */
  private static int hash(int[] characters, int from, int end) {
    int hash = end - from;
    for (int i = from; i < end; i++) {
      hash = Integer.rotateLeft((hash ^ characters[i]) * 0x9E3779B1, 13);
    }
    hash = (hash ^ hash >>> 16) * 0x85EBCA6B;
    hash = (hash ^ hash >>> 13) * 0xC2B2AE35;
    return hash ^ hash >>> 16;
  }

  private static boolean isCjk(int c) {
    return c >= 0x3041 && c <= 0x30FF
        || c >= 0x3400 && c <= 0x9FFF
        || c >= 0xAC00 && c <= 0xD7A3
        || c >= 0xF900 && c <= 0xFAFF
        || c >= 0x20000 && c <= 0x3FFFF;
  }
}
