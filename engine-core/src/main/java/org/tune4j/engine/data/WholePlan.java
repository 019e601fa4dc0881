package org.tune4j.engine.data;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;

/** A plan of examples in memory. Each epoch takes the packed rows in an order of its own. */
final class WholePlan implements BatchPlan {
  private final BatchConfig config;
  private final List<List<EncodedExample>> rows;

  WholePlan(List<EncodedExample> examples, BatchConfig config) {
    if (examples.isEmpty()) {
      throw new ConfigException("there are no examples to make batches of");
    }
    this.config = config;
    this.rows = PackedRows.of(examples, config);
  }

  @Override
  public BatchConfig config() {
    return config;
  }

  @Override
  public int windows() {
    return 1;
  }

  @Override
  public List<List<EncodedExample>> window(int epoch, int window) {
    int[] order = ShuffledOrder.of(config.seed(), epoch, rows.size());
    List<List<EncodedExample>> shuffled = IntStream.of(order).mapToObj(rows::get).toList();
    return config.groupByLength() ? LengthGroups.of(shuffled, config.batchSize()) : shuffled;
  }

  @Override
  public OptionalInt batchesPerEpoch() {
    return OptionalInt.of((rows.size() - 1) / config.batchSize() + 1);
  }
}
