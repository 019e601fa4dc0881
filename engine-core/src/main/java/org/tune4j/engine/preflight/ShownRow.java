package org.tune4j.engine.preflight;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A row with what is learned of it.
 *
 * @param where file and line
 * @param which why this one is shown, such as {@code one of the longest}
 * @param tokens its tokens before it was cut
 * @param learned how many of them are learned
 * @param pieces its tokens as text; of a very long row not all
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
}
