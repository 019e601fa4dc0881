package org.tune4j.engine.data;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Keeps the longest of the examples that it is shown. */
final class LongestExamples {
  private static final Comparator<EncodedExample> SHORTEST_FIRST =
      Comparator.comparingInt(EncodedExample::length)
          .thenComparing(Comparator.comparingLong(EncodedExample::id).reversed());

  private final int examples;
  private final long tokens;
  private final PriorityQueue<EncodedExample> kept = new PriorityQueue<>(SHORTEST_FIRST);
  private long keptTokens;

  private LongestExamples(int examples, long tokens) {
    this.examples = examples;
    this.tokens = tokens;
  }

  /** Enough of them for the rows of a micro-batch, if there are so many. */
  static LongestExamples ofAMicroBatch(BatchConfig config) {
    int rows = config.microBatchSize();
    return new LongestExamples(
        rows, config.packing().isPresent() ? (long) rows * config.maxLength() : 0);
  }

  void add(EncodedExample example) {
    kept.add(example);
    keptTokens += example.length();
    while (kept.size() > examples && keptTokens - kept.peek().length() >= tokens) {
      keptTokens -= kept.remove().length();
    }
  }

  /** The longest first. */
  List<EncodedExample> all() {
    return kept.stream().sorted(SHORTEST_FIRST.reversed()).toList();
  }
}
