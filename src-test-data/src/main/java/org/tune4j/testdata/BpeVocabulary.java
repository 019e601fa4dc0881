package org.tune4j.testdata;

import java.util.List;

/**
 * What a trained byte-level BPE is: the tokens by id, and the merges by rank.
 *
 * @param special how many of the first tokens are special ones
 * @param tokens every token by its id, the special ones first, bytes as in {@link ByteLevel}
 * @param merges which two tokens become one, the earliest learned first
 */
record BpeVocabulary(int special, List<String> tokens, List<Merge> merges) {
  /** Two tokens that become one. */
  record Merge(String left, String right) {}

  BpeVocabulary {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
  }
}
