package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * A stable sort that takes any comparison. Java's own complains about orders that contradict
 * themselves, as NaN makes them; Python's does not.
 */
final class Sorting {
  private record Keyed<T>(Object key, T item) {}

  private final Runtime runtime;
  private final boolean descending;

  private Sorting(Runtime runtime, boolean descending) {
    this.runtime = runtime;
    this.descending = descending;
  }

  /** The items in the order of their keys; equal ones stay in theirs, in either direction. */
  static <T> List<T> sorted(Runtime runtime, List<T> items, List<Object> keys, boolean descending) {
    List<Keyed<T>> keyed = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      keyed.add(new Keyed<>(keys.get(i), items.get(i)));
    }
    List<T> sorted = new ArrayList<>();
    new Sorting(runtime, descending).sort(keyed).forEach(one -> sorted.add(one.item()));
    return sorted;
  }

  private <T> List<Keyed<T>> sort(List<Keyed<T>> items) {
    if (items.size() < 2) {
      return items;
    }
    int half = items.size() / 2;
    List<Keyed<T>> left = sort(items.subList(0, half));
    List<Keyed<T>> right = sort(items.subList(half, items.size()));
    List<Keyed<T>> merged = new ArrayList<>(items.size());
    int l = 0;
    int r = 0;
    while (l < left.size() && r < right.size()) {
      merged.add(goesBefore(right.get(r), left.get(l)) ? right.get(r++) : left.get(l++));
    }
    merged.addAll(left.subList(l, left.size()));
    merged.addAll(right.subList(r, right.size()));
    return merged;
  }

  private boolean goesBefore(Keyed<?> a, Keyed<?> b) {
    return descending
        ? Order.is(runtime, b.key(), "<", a.key())
        : Order.is(runtime, a.key(), "<", b.key());
  }
}
