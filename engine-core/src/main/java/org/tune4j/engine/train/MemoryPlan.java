package org.tune4j.engine.train;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.preflight.Forecast.Division;
import org.tune4j.engine.tensor.DType;

/**
 * How a run is made to fit into memory. What was asked for is kept if it fits. Else its updates are
 * divided into smaller micro-batches, and if that is not enough, blocks are computed again in the
 * backward pass too. The loss is normalised over the whole update, so its gradient stays the same
 * but for rounding; only dropout draws anew, for its draws depend on the micro-batch.
 *
 * @param config the run as it will be
 * @param forecast what it needs
 * @param replanned whether that is not what was asked for
 */
public record MemoryPlan(TrainConfig config, MemoryForecast forecast, boolean replanned) {
  /** Says what a run needs that is divided in one way or another. */
  @FunctionalInterface
  interface Need {
    MemoryForecast of(int rowsAtOnce, Recompute recompute);
  }

  /**
   * Plans; if nothing fits, what needs least.
   *
   * @param wanted the run as it was asked for
   * @param shifted as for {@link MemoryForecast#of}
   * @param earlier what the run was begun under: how it was divided is part of its numbers; empty
   *     for a new run
   * @param largest the documents of the largest micro-batch, by the rows of a micro-batch
   * @param process bytes that the process has besides the model
   * @param available bytes that it may have in all
   */
  public static MemoryPlan of(
      Architecture architecture,
      Adapter adapter,
      DType dtype,
      WeightFormat format,
      TrainConfig wanted,
      boolean shifted,
      Optional<RunIdentity> earlier,
      IntFunction<int[]> largest,
      long process,
      long available) {
    return of(
        wanted,
        earlier.map(MemoryPlan::division),
        (rows, recompute) ->
            MemoryForecast.of(
                architecture,
                adapter,
                dtype,
                format,
                wanted.optimizer(),
                wanted.memory(),
                recompute,
                shifted,
                largest.apply(rows),
                CausalLmObjective.chunkScores(architecture, wanted.lossChunkSize()),
                process),
        available);
  }

  static MemoryPlan of(TrainConfig wanted, Optional<Division> earlier, Need need, long available) {
    MemoryPlan least = null;
    for (TrainConfig config : candidates(wanted, earlier)) {
      MemoryForecast forecast = need.of(config.perDeviceTrainBatchSize(), config.recompute());
      MemoryPlan plan = new MemoryPlan(config, forecast, !config.equals(wanted));
      if (forecast.total() <= available) {
        return plan;
      }
      if (least == null || forecast.total() < least.forecast.total()) {
        least = plan;
      }
    }
    return least;
  }

  /** The ways to make the same updates, the best first. */
  private static List<TrainConfig> candidates(TrainConfig wanted, Optional<Division> earlier) {
    int rows = wanted.perDeviceTrainBatchSize();
    List<TrainConfig> all =
        Stream.of(Recompute.values())
            .filter(recompute -> recompute.compareTo(wanted.recompute()) >= 0)
            .flatMap(
                recompute ->
                    IntStream.rangeClosed(1, rows)
                        .map(less -> rows + 1 - less)
                        .filter(size -> size == rows || rows % size == 0 && isDivisible(wanted))
                        .mapToObj(size -> wanted.divided(size, recompute)))
            .toList();
    List<TrainConfig> same =
        all.stream()
            .filter(config -> earlier.filter(each -> isSame(each, config)).isPresent())
            .toList();
    return same.isEmpty() ? all : same;
  }

  /** Whether gradients may be added up over micro-batches. */
  public static boolean isDivisible(TrainConfig config) {
    return config.memory().storage().gradients() == TrainedStorage.Gradients.FP32;
  }

  private static Division division(RunIdentity earlier) {
    return new Division(
        Integer.parseInt(earlier.fields().get("train.per_device_train_batch_size")),
        earlier.fields().get("train.recompute").equals(Recompute.BLOCKS.name()),
        false);
  }

  /** What the pre-flight report says of it. */
  public Division division() {
    return new Division(
        config.perDeviceTrainBatchSize(), config.recompute() == Recompute.BLOCKS, replanned);
  }

  private static boolean isSame(Division division, TrainConfig config) {
    return division.rowsAtOnce() == config.perDeviceTrainBatchSize()
        && division.recompute() == (config.recompute() == Recompute.BLOCKS);
  }
}
