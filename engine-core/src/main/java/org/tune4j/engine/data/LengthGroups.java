package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Rows of like lengths brought into the same batches, as transformers does it: a shuffled order is
 * cut into groups of up to 50 batches, at least 4 groups where there are rows enough, and each
 * group is sorted by falling length. The longest row of all comes first, so that a run that does
 * not fit fails at once.
 */
final class LengthGroups {
  private static final int BATCHES = 50;

  private LengthGroups() {}

  static List<List<EncodedExample>> of(List<List<EncodedExample>> shuffled, int batchSize) {
    long batches = Math.max(1, Math.min(BATCHES, shuffled.size() / (4L * batchSize)));
    int size = (int) Math.min(shuffled.size(), batches * batchSize);
    List<List<EncodedExample>> rows = new ArrayList<>(shuffled);
    for (int from = 0; from < rows.size(); from += size) {
      rows.subList(from, Math.min(rows.size(), from + size))
          .sort(Comparator.comparingInt(LengthGroups::length).reversed());
    }
    int longest = 0;
    for (int i = size; i < rows.size(); i += size) {
      longest = length(rows.get(i)) > length(rows.get(longest)) ? i : longest;
    }
    if (longest > 0) {
      List<EncodedExample> first = rows.get(0);
      rows.set(0, rows.get(longest));
      rows.set(longest, first);
    }
    return rows;
  }

  private static int length(List<EncodedExample> row) {
    return row.stream().mapToInt(EncodedExample::length).sum();
  }
}
