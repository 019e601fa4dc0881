package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.ConfigException;

/**
 * Which examples are in which batch of a run: a pure function of the examples, the configuration
 * and the batch's place, so a run can go on from any batch. Examples are packed once; each epoch
 * takes the rows in an order of its own.
 */
public final class BatchPlan {
  private final BatchConfig config;
  private final List<List<EncodedExample>> rows;

  /**
   * A plan.
   *
   * @throws ConfigException if there are no examples, or one does not fit a packed row
   */
  public BatchPlan(List<EncodedExample> examples, BatchConfig config) {
    if (examples.isEmpty()) {
      throw new ConfigException("there are no examples to make batches of");
    }
    this.config = config;
    this.rows =
        config
            .packing()
            .map(packing -> packed(examples, config.maxLength(), packing))
            .orElseGet(() -> examples.stream().map(List::of).toList());
  }

  private static List<List<EncodedExample>> packed(
      List<EncodedExample> examples, int maxLength, Packing packing) {
    int[] lengths = examples.stream().mapToInt(EncodedExample::length).toArray();
    List<List<EncodedExample>> rows = new ArrayList<>();
    for (List<Piece> row : Packer.pack(lengths, maxLength, packing)) {
      rows.add(
          row.stream().map(p -> examples.get(p.sequence()).piece(p.from(), p.length())).toList());
    }
    return rows;
  }

  /** Number of rows of an epoch: examples, or packed rows. */
  public int rowsPerEpoch() {
    return rows.size();
  }

  /** Number of batches of an epoch; the last one may be smaller than the others. */
  public int batchesPerEpoch() {
    return (rows.size() - 1) / config.batchSize() + 1;
  }

  /** The order of the rows in an epoch. */
  int[] order(int epoch) {
    return ShuffledOrder.of(config.seed(), epoch, rows.size());
  }

  /**
   * One batch as the micro batches it goes through the model in; their label counts add up to that
   * of the batch.
   *
   * @param order the order of the cursor's epoch
   */
  List<Batch> batch(BatchCursor at, int[] order) {
    if (at.batch() >= batchesPerEpoch()) {
      throw new ConfigException(
          "an epoch has " + batchesPerEpoch() + " batches, there is no batch " + at.batch());
    }
    List<Batch> microBatches = new ArrayList<>();
    int from = at.batch() * config.batchSize();
    int end = (int) Math.min(rows.size(), (long) from + config.batchSize());
    while (from < end) {
      int stop = (int) Math.min(end, (long) from + config.microBatchSize());
      List<EncodedExample> examples = new ArrayList<>();
      for (; from < stop; from++) {
        examples.addAll(rows.get(order[from]));
      }
      microBatches.add(Batch.of(examples));
    }
    return microBatches;
  }
}
