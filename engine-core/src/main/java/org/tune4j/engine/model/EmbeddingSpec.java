package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a token becomes the vector that the first block reads.
 *
 * @param module module path of the token embedding
 * @param scale factor on a token's row of the matrix, as the element type of the model holds it
 * @param positions learned positions, where there are any
 * @param segments the table of which a row says which of two texts a token belongs to (BERT)
 * @param norm normalises the sum
 */
public record EmbeddingSpec(
    String module,
    double scale,
    Optional<Table> positions,
    Optional<Table> segments,
    Optional<NormSpec> norm) {
  /**
   * A table of vectors that is added.
   *
   * @param module its module path
   * @param rows how many it has
   * @param first the row of position 0, or of the first text
   */
  public record Table(String module, int rows, int first) {
    TensorSlot slot(int hiddenSize) {
      return TensorSlot.whole(module + ".weight", rows, hiddenSize);
    }
  }

  /** The token's row and nothing else. */
  public static EmbeddingSpec of(String module) {
    return scaled(module, 1);
  }

  /** The token's row times a factor. */
  public static EmbeddingSpec scaled(String module, double scale) {
    return new EmbeddingSpec(module, scale, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The longest text that there are positions for. */
  int longestText() {
    return positions.map(table -> table.rows() - table.first()).orElse(Integer.MAX_VALUE);
  }

  /** The matrix {@code [vocabulary, hidden]}. */
  TensorSlot tokens(int vocabularySize, int hiddenSize) {
    return TensorSlot.whole(module + ".weight", vocabularySize, hiddenSize);
  }

  List<TensorSlot> slots(int vocabularySize, int hiddenSize) {
    List<TensorSlot> slots = new ArrayList<>();
    slots.add(tokens(vocabularySize, hiddenSize));
    positions.ifPresent(table -> slots.add(table.slot(hiddenSize)));
    segments.ifPresent(table -> slots.add(table.slot(hiddenSize)));
    norm.ifPresent(spec -> slots.addAll(spec.slots()));
    return slots;
  }
}
