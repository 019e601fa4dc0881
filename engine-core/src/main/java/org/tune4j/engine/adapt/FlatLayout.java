package org.tune4j.engine.adapt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where in flat vectors each tensor lies that is trained. What is updated alike lies together.
 *
 * @param order the tensors, in the order of the vectors
 * @param ranges of numbers that are updated alike, in order; together they are all numbers
 * @param offsets of the first number of each tensor, by name
 */
record FlatLayout(List<Trainable> order, List<TrainedRange> ranges, Map<String, Long> offsets) {
  /**
   * Lays them out.
   *
   * @param released whether blocks share the room for gradients, behind those outside of blocks
   * @throws IllegalArgumentException if two have the same name
   */
  static FlatLayout of(List<Trainable> trainables, boolean released) {
    List<Trainable> order = new ArrayList<>(trainables);
    order.sort(
        Comparator.comparingInt((Trainable each) -> unit(each, released))
            .thenComparing(each -> !each.decayed()));
    Map<String, Long> offsets = new LinkedHashMap<>();
    List<TrainedRange> ranges = new ArrayList<>();
    long resident =
        Trainable.elements(
            order.stream().filter(each -> unit(each, released) == Trainable.NO_BLOCK).toList());
    long offset = 0;
    long unitStart = 0;
    TrainedRange last = null;
    for (Trainable each : order) {
      int unit = unit(each, released);
      long count = each.slot().elements();
      if (offsets.put(each.slot().name(), offset) != null) {
        throw new IllegalArgumentException("Two trainables are called " + each.slot().name());
      }
      if (last == null || last.unit() != unit) {
        unitStart = offset;
      }
      if (last != null && last.isAlike(each, unit)) {
        last = last.longerBy(count);
        ranges.set(ranges.size() - 1, last);
      } else {
        long gradientFrom = unit == Trainable.NO_BLOCK ? offset : resident + offset - unitStart;
        last = new TrainedRange(offset, count, gradientFrom, each.decayed(), each.rate(), unit);
        ranges.add(last);
      }
      offset = Math.addExact(offset, count);
    }
    return new FlatLayout(List.copyOf(order), List.copyOf(ranges), offsets);
  }

  private static int unit(Trainable trainable, boolean released) {
    return released ? trainable.block() : Trainable.NO_BLOCK;
  }

  /** How many numbers there are. */
  long numbers() {
    return Trainable.elements(order);
  }

  /** How many numbers the vector of gradients has room for. */
  long gradients() {
    return ranges.stream().mapToLong(range -> range.gradientFrom() + range.count()).max().orElse(0);
  }

  /** Where the gradient of a number lies. */
  long gradientOffset(long offset) {
    return ranges.stream()
        .filter(range -> range.holds(offset))
        .mapToLong(range -> range.gradientFrom() + offset - range.from())
        .findFirst()
        .orElse(offset);
  }
}
