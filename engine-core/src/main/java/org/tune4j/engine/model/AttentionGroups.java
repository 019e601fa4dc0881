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

  /**
   * Documents that follow each other.
   *
   * @param first the first of them
   * @param documents how many
   * @param longest tokens of the longest, which is the first
   * @param tokens of all of them
   */
  record Range(int first, int documents, int longest, int tokens) {}

  /** For each group {@code rows [documents, longest]} and {@code slots [tokens]}. */
  static List<Tensor> of(int[] lengths, TensorScope scope) {
    List<Tensor> tensors = new ArrayList<>();
    ranges(lengths).forEach(range -> add(lengths, range, tensors, scope));
    return tensors;
  }

  /** The groups of documents whose lengths are given, longest first. */
  static List<Range> ranges(int[] lengths) {
    List<Range> ranges = new ArrayList<>();
    int first = 0;
    while (first < lengths.length) {
      int tokens = lengths[first];
      int end = first + 1;
      while (end < lengths.length && lengths[end] >= FILL * lengths[first]) {
        tokens += lengths[end++];
      }
      ranges.add(new Range(first, end - first, lengths[first], tokens));
      first = end;
    }
    return ranges;
  }

  private static void add(int[] lengths, Range range, List<Tensor> tensors, TensorScope scope) {
    int documents = range.documents();
    int longest = range.longest();
    long[] rows = new long[documents * longest];
    long[] slots = new long[range.tokens()];
    int token = 0;
    for (int d = 0; d < documents; d++) {
      int length = lengths[range.first() + d];
      for (int t = 0; t < longest; t++) {
        rows[d * longest + t] = token + Math.min(t, length - 1);
      }
      for (int t = 0; t < length; t++) {
        slots[token + t] = (long) d * longest + t;
      }
      token += length;
    }
    tensors.add(scope.longs(rows, documents, longest));
    tensors.add(scope.longs(slots, range.tokens()));
  }
}
