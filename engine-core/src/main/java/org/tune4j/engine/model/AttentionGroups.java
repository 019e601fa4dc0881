package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Puts the documents of a flat batch, longest first, into groups of similar length, each of which
 * attention handles as one padded block (kernel file {@code attention.py}).
 */
final class AttentionGroups {
  /** A document joins a group when it fills at least this share of the group's longest. */
  private static final double FILL = 0.7;

  private AttentionGroups() {}

  /** For each group {@code rows [documents, longest]} and {@code slots [tokens]}. */
  static List<Tensor> of(int[] lengths, TensorScope scope) {
    List<Tensor> tensors = new ArrayList<>();
    int first = 0;
    while (first < lengths.length) {
      int end = first + 1;
      while (end < lengths.length && lengths[end] >= FILL * lengths[first]) {
        end++;
      }
      add(lengths, first, end, tensors, scope);
      first = end;
    }
    return tensors;
  }

  private static void add(
      int[] lengths, int first, int end, List<Tensor> tensors, TensorScope scope) {
    int longest = 0;
    int tokens = 0;
    for (int d = first; d < end; d++) {
      longest = Math.max(longest, lengths[d]);
      tokens += lengths[d];
    }
    int documents = end - first;
    long[] rows = new long[documents * longest];
    long[] slots = new long[tokens];
    int token = 0;
    for (int d = 0; d < documents; d++) {
      int length = lengths[first + d];
      for (int t = 0; t < longest; t++) {
        rows[d * longest + t] = token + Math.min(t, length - 1);
      }
      for (int t = 0; t < length; t++) {
        slots[token + t] = (long) d * longest + t;
      }
      token += length;
    }
    tensors.add(scope.longs(rows, documents, longest));
    tensors.add(scope.longs(slots, tokens));
  }
}
