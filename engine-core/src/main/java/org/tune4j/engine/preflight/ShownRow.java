package org.tune4j.engine.preflight;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * A row with what is learned of it.
 *
 * @param where file and line
 * @param which why this one is shown, such as {@code one of the longest}
 * @param tokens its tokens before it was cut
 * @param learned how many of them are learned
 * @param pieces its tokens as text; of a very long row not all. Of two answers that are compared
 *     each behind the prompt, the better one first
 */
public record ShownRow(String where, String which, int tokens, int learned, List<Piece> pieces) {
  /** What becomes of a token. */
  public enum Mask {
    /** The model learns to write it. */
    @JsonProperty("learned")
    LEARNED,
    /** The model only reads it. */
    @JsonProperty("read")
    READ,
    /** It lies beyond the greatest length. */
    @JsonProperty("cut")
    CUT
  }

  /**
   * Some tokens.
   *
   * @param text what they say: at least one whole character; empty if they are left out
   * @param tokens how many they are
   * @param mask what becomes of the first of them
   * @param omitted whether they are left out, because the row is too long to be shown
   */
  public record Piece(String text, Mask mask, int tokens, boolean omitted) {}

  public ShownRow {
    pieces = List.copyOf(pieces);
  }

  /** A row as it is learned; of a very long one not all is shown. */
  public static ShownRow of(Tokenizer tokenizer, String where, String which, Encoded row) {
    return new ShownRow(
        where,
        which,
        row.whole().length(),
        row.kept().map(EncodedExample::labelCount).orElse(0),
        row.documents().stream()
            .flatMap(document -> TokenPieces.of(tokenizer, document).stream())
            .toList());
  }

  /**
   * The row in lines for a terminal.
   *
   * @param colour whether they may have ANSI colours; without them learned text stands in brackets
   * @param width columns of a line
   */
  public List<String> lines(boolean colour, int width) {
    return MaskText.lines(pieces, colour, width);
  }
}
