package org.tune4j.engine.tokenize;

import java.util.List;

/**
 * A tokenized text. All parts have one entry a token; the arrays belong to this record and are not
 * to be changed.
 *
 * @param ids token ids
 * @param tokens the tokens as the vocabulary spells them (an unknown piece may show its own text)
 * @param starts where a token begins in the text: index of a Java {@code char}; 0 for tokens that
 *     the tokenizer added
 * @param ends the index after a token's last {@code char}; 0 for tokens that the tokenizer added.
 *     Several tokens that share one character have the same span
 * @param typeIds 0 for the first text of a pair, 1 for the second, as the tokenizer's template has
 *     it
 * @param specialTokensMask 1 for tokens that the tokenizer added, 0 for those of the text
 */
public record Encoding(
    int[] ids,
    List<String> tokens,
    int[] starts,
    int[] ends,
    int[] typeIds,
    int[] specialTokensMask) {

  /** Number of tokens. */
  public int length() {
    return ids.length;
  }
}
