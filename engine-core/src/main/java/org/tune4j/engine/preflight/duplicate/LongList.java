package org.tune4j.engine.preflight.duplicate;

import java.util.Arrays;

/** Numbers that grow in number. */
final class LongList {
  private long[] values = new long[64];
  private int size;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size + size / 2);
    }
    values[size++] = value;
  }

  long get(int index) {
    return values[index];
  }

  int size() {
    return size;
  }

  /** A copy in rising order. */
  long[] sorted() {
    long[] sorted = Arrays.copyOf(values, size);
    Arrays.parallelSort(sorted);
    return sorted;
  }
}
