package org.tune4j.testdata;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.testdata.BpeVocabulary.Merge;

/** The plainest possible encoder of a byte-level BPE, for tests. It knows no special tokens. */
final class BpeEncoder {
  private final BpeVocabulary bpe;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Merge, Integer> ranks = new HashMap<>();

  BpeEncoder(BpeVocabulary bpe) {
    this.bpe = bpe;
    bpe.tokens().forEach(token -> ids.put(token, ids.size()));
    bpe.merges().forEach(merge -> ranks.put(merge, ranks.size()));
  }

  List<Integer> encode(String text) {
    List<Integer> encoded = new ArrayList<>();
    for (String word : ByteLevel.words(text)) {
      List<String> tokens = new ArrayList<>();
      word.chars().forEach(c -> tokens.add(Character.toString(c)));
      for (int at = best(tokens); at >= 0; at = best(tokens)) {
        tokens.set(at, tokens.get(at) + tokens.remove(at + 1));
      }
      tokens.forEach(token -> encoded.add(ids.get(token)));
    }
    return encoded;
  }

  String decode(List<Integer> encoded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    encoded.forEach(id -> bytes.writeBytes(ByteLevel.decode(bpe.tokens().get(id))));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Where the earliest learned merge applies, leftmost; -1 if none does. */
  private int best(List<String> tokens) {
    int best = -1;
    int lowest = Integer.MAX_VALUE;
    for (int i = 0; i + 1 < tokens.size(); i++) {
      int rank = ranks.getOrDefault(new Merge(tokens.get(i), tokens.get(i + 1)), Integer.MAX_VALUE);
      if (rank < lowest) {
        lowest = rank;
        best = i;
      }
    }
    return best;
  }
}
