package org.tune4j.engine.data;

import java.util.Optional;
import org.tune4j.engine.ConfigException;

/**
 * How examples become batches.
 *
 * @param seed decides the order of every epoch
 * @param batchSize rows of a batch: examples, or packed rows. The last batch of an epoch may have
 *     fewer
 * @param microBatchSize most rows that go through the model at once
 * @param packing how examples are packed into rows; empty for one example a row
 * @param maxLength most tokens of a packed row; has no effect without packing
 * @param groupByLength whether rows of like lengths share batches; only without packing, where rows
 *     have lengths of their own
 */
public record BatchConfig(
    long seed,
    int batchSize,
    int microBatchSize,
    Optional<Packing> packing,
    int maxLength,
    boolean groupByLength) {
  public BatchConfig {
    positive("batch_size", batchSize);
    positive("micro_batch_size", microBatchSize);
    positive("max_length", maxLength);
    if (groupByLength && packing.isPresent()) {
      throw new ConfigException(
          "group_by_length and packing are both given; packed rows are alike");
    }
  }

  /** Batches of that many examples, not packed and not divided. */
  public static BatchConfig ofExamples(long seed, int batchSize) {
    return new BatchConfig(seed, batchSize, batchSize, Optional.empty(), Integer.MAX_VALUE, false);
  }

  private static void positive(String key, int value) {
    if (value < 1) {
      throw new ConfigException(key + " " + value + ": must be at least 1");
    }
  }
}
