package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the micro-batch with the most tokens among those that a run will meet: rows are laid out as
 * {@link WholePlan} does it, by their lengths alone.
 */
final class LargestMicroBatch {
  private static final int[] NONE = {};

  /** More epochs hardly bring a larger one. */
  private static final int EPOCHS = 20;

  private final BatchConfig config;
  private final List<int[]> rows;

  /**
   * @param lengths of each example the tokens of its documents, in the order of the rows
   */
  LargestMicroBatch(List<int[]> lengths, BatchConfig config) {
    this.config = config;
    this.rows =
        config.packing().isEmpty()
            ? lengths
            : Packer.pack(
                    lengths.stream().mapToInt(LargestMicroBatch::tokens).toArray(),
                    config.maxLength(),
                    config.packing().get())
                .stream()
                .map(row -> row.stream().mapToInt(Piece::length).toArray())
                .toList();
  }

  /**
   * The lengths of its documents.
   *
   * @param size rows of a micro-batch
   * @param updates of the run; those of many epochs are told from the first ones
   */
  int[] find(int size, long updates) {
    int[] largest = NONE;
    long most = 0;
    long left = updates;
    for (int epoch = 0; epoch < EPOCHS && left > 0 && !rows.isEmpty(); epoch++) {
      List<int[]> order = order(epoch);
      for (int from = 0; from < order.size() && left > 0; from += config.batchSize(), left--) {
        int end = (int) Math.min(order.size(), (long) from + config.batchSize());
        for (int first = from; first < end; first += size) {
          int[] documents = documents(order.subList(first, Math.min(end, first + size)));
          long tokens = Arrays.stream(documents).asLongStream().sum();
          if (tokens > most) {
            most = tokens;
            largest = documents;
          }
        }
      }
    }
    return largest;
  }

  private List<int[]> order(int epoch) {
    List<int[]> order = new ArrayList<>();
    for (int row : ShuffledOrder.of(config.seed(), epoch, rows.size())) {
      order.add(rows.get(row));
    }
    if (config.groupByLength()) {
      // The longest rows of a group meet in a batch: at most this.
      order.sort(Comparator.comparingInt(LargestMicroBatch::tokens).reversed());
    }
    return order;
  }

  private static int tokens(int[] documents) {
    return Arrays.stream(documents).sum();
  }

  private static int[] documents(List<int[]> rows) {
    return rows.stream().flatMapToInt(Arrays::stream).toArray();
  }
}
