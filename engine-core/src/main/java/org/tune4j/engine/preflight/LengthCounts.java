package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.tune4j.engine.preflight.Measured.Bar;

/** How many rows have which length. */
final class LengthCounts {
  private static final int MOST_BARS = 12;

  /** The bars reach to the length that so many rows have at most; one bar takes the rest. */
  private static final double SHOWN = 0.99;

  private final NavigableMap<Integer, Long> rows = new TreeMap<>();
  private long count;

  void add(int length) {
    rows.merge(length, 1L, Long::sum);
    count++;
  }

  /** The least length that at least this share of the rows does not exceed; 0 without rows. */
  int quantile(double share) {
    long wanted = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (Map.Entry<Integer, Long> entry : rows.entrySet()) {
      seen += entry.getValue();
      if (seen >= wanted) {
        return entry.getKey();
      }
    }
    return 0;
  }

  /** Bars of one round width. */
  List<Bar> histogram() {
    List<Bar> bars = new ArrayList<>();
    if (count == 0) {
      return bars;
    }
    int most = quantile(SHOWN);
    int width = width(most - rows.firstKey() + 1);
    int from = rows.firstKey() / width * width;
    for (; from <= most; from += width) {
      bars.add(bar(from, from + width - 1));
    }
    if (rows.lastKey() >= from) {
      bars.add(bar(from, rows.lastKey()));
    }
    return bars;
  }

  private Bar bar(int from, int to) {
    long inside =
        rows.subMap(from, true, to, true).values().stream().mapToLong(Long::longValue).sum();
    return new Bar(from, to, inside);
  }

  /** 1, 2 or 5 times a power of ten. */
  private static int width(int range) {
    int width = 1;
    for (int i = 0; width * (long) (MOST_BARS - 1) < range; i++) {
      width = i % 3 == 1 ? width / 2 * 5 : width * 2;
    }
    return width;
  }
}
