package org.tune4j.eval.report;

import java.util.List;

/**
 * A part of what a row shows.
 *
 * @param text as it is
 * @param kind what is to be seen of it
 */
record Piece(String text, Kind kind) {
  /** What is to be seen of a part. */
  enum Kind {
    /** Nothing. */
    PLAIN,
    /** That the other side has it not. */
    DIFFERENT,
    /** That it was said about the row, and is not in it. */
    NOTE
  }

  static Piece plain(String text) {
    return new Piece(text, Kind.PLAIN);
  }

  static Piece note(String text) {
    return new Piece(text, Kind.NOTE);
  }

  /**
   * Pieces as HTML.
   *
   * @param different the element for what the other side has not; empty for none
   */
  static String html(List<Piece> pieces, String different) {
    StringBuilder html = new StringBuilder();
    for (Piece piece : pieces) {
      String element =
          switch (piece.kind) {
            case PLAIN -> "";
            case DIFFERENT -> different;
            case NOTE -> "i";
          };
      String text = Html.escape(piece.text);
      html.append(element.isEmpty() ? text : "<%s>%s</%s>".formatted(element, text, element));
    }
    return html.toString();
  }
}
