package org.tune4j.engine.gguf.hub;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The merges of a vocabulary of scored pieces: every way to make a piece of two others, the best
 * piece first. Source: how transformers converts SentencePiece models.
 */
final class PieceMerges {
  private PieceMerges() {}

  /** Two pieces that become one. */
  record Merge(String left, String right, float score) {}

  /**
   * The merges.
   *
   * @param ids of all pieces
   * @param scores of those that merges make
   */
  static List<Merge> of(Map<String, Integer> ids, Map<String, Float> scores) {
    List<Merge> merges = new ArrayList<>();
    scores.forEach(
        (piece, score) -> {
          List<Merge> ways = new ArrayList<>();
          for (int at = 1; at < piece.length(); at++) {
            String left = piece.substring(0, at);
            String right = piece.substring(at);
            if (ids.containsKey(left) && ids.containsKey(right)) {
              ways.add(new Merge(left, right, score));
            }
          }
          ways.sort(
              Comparator.comparing((Merge way) -> ids.get(way.left()))
                  .thenComparing(way -> ids.get(way.right())));
          merges.addAll(ways);
        });
    merges.sort(
        Comparator.comparing(Merge::score)
            .thenComparing(merge -> length(merge.left()))
            .thenComparing(merge -> length(merge.right()))
            .reversed());
    return merges;
  }

  private static int length(String piece) {
    return piece.codePointCount(0, piece.length());
  }
}
