package org.tune4j.eval.report;

import java.util.List;

/**
 * As much of a text as a page has room for.
 *
 * @param text what is shown
 * @param left how many characters are not
 */
record Excerpt(String text, int left) {
  private static final int MOST_CHARACTERS = 1500;

  /** The beginning of a text, where an answer says most. */
  static Excerpt beginning(String text) {
    String stripped = text.strip();
    int end = Math.min(MOST_CHARACTERS, stripped.length());
    if (end < stripped.length() && Character.isHighSurrogate(stripped.charAt(end - 1))) {
      end--;
    }
    return new Excerpt(stripped.substring(0, end), stripped.length() - end);
  }

  /** The end of a text, where a prompt asks what it asks. */
  static Excerpt end(String text) {
    String stripped = text.strip();
    int from = Math.max(0, stripped.length() - MOST_CHARACTERS);
    if (from > 0 && Character.isLowSurrogate(stripped.charAt(from))) {
      from++;
    }
    return new Excerpt(stripped.substring(from), from);
  }

  /** The text, and how much is left out. */
  List<Piece> pieces() {
    return left == 0 ? List.of(Piece.plain(text)) : List.of(Piece.plain(text), more());
  }

  /** How much is left out; nothing where all is shown. */
  Piece more() {
    return Piece.note(left == 0 ? "" : "… %s characters more".formatted(Numbers.whole(left)));
  }
}
