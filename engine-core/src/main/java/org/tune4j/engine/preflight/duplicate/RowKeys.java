package org.tune4j.engine.preflight.duplicate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is kept of every row of a data set: 32 bytes, and the texts of a sample.
 *
 * <p>Three keys a row: of all of it, of its input, and of its text, which is what counts when rows
 * are compared for overlap and likeness.
 */
final class RowKeys {
  final LongList rows = new LongList();
  final LongList inputs = new LongList();
  final LongList texts = new LongList();
  final LongList places = new LongList();
  final TextSample sample;

  RowKeys(TextSample sample) {
    this.sample = sample;
  }

  int size() {
    return rows.size();
  }

  /** Rows by key, for keys that several rows have. */
  static Map<Long, List<Integer>> repeated(LongList keys) {
    long[] sorted = keys.sorted();
    Map<Long, List<Integer>> rows = new HashMap<>();
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        rows.computeIfAbsent(sorted[i], key -> new ArrayList<>(2));
      }
    }
    for (int row = 0; row < keys.size() && !rows.isEmpty(); row++) {
      List<Integer> group = rows.get(keys.get(row));
      if (group != null) {
        group.add(row);
      }
    }
    return rows;
  }
}
