package org.tune4j.engine.train;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
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
 * @param changes what of it changes numbers, by the names of settings; empty for nothing
 */
public record MemoryPlan(
    TrainConfig config, MemoryForecast forecast, boolean replanned, String changes) {
  /** Says what a run needs that is divided in one way or another. */
  @FunctionalInterface
  interface Need {
    MemoryForecast of(TrainConfig config);
  }

  /**
   * Plans; if nothing fits, what needs least.
   *
   * @param wanted the run as it was asked for
   * @param ladder whether settings of memory may be changed too: see {@link MemoryRungs#all}
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
      boolean ladder,
      boolean shifted,
      Optional<RunIdentity> earlier,
      IntFunction<int[]> largest,
      long process,
      long available) {
    return of(
        wanted,
        ladder ? MemoryRungs.all(wanted, dtype) : MemoryRungs.same(wanted),
        earlier,
        config ->
            MemoryForecast.of(
                architecture,
                adapter,
                dtype,
                format,
                config.optimizer(),
                config.memory(),
                config.recompute(),
                shifted,
                largest.apply(config.perDeviceTrainBatchSize()),
                CausalLmObjective.chunkScores(architecture, wanted.lossChunkSize()),
                process),
        available);
  }

  static MemoryPlan of(
      TrainConfig wanted,
      List<TrainConfig> ways,
      Optional<RunIdentity> earlier,
      Need need,
      long available) {
    List<TrainConfig> same =
        ways.stream().filter(way -> earlier.filter(run -> run.dividesAs(way)).isPresent()).toList();
    MemoryPlan least = null;
    for (TrainConfig config : same.isEmpty() ? ways : same) {
      MemoryForecast forecast = need.of(config);
      MemoryPlan plan =
          new MemoryPlan(
              config, forecast, !config.equals(wanted), MemoryRungs.changes(wanted, config));
      if (plan.fits(available)) {
        return plan;
      }
      if (least == null || forecast.total() < least.forecast.total()) {
        least = plan;
      }
    }
    return least;
  }

  /** Whether gradients may be added up over micro-batches. */
  public static boolean isDivisible(TrainConfig config) {
    return config.memory().storage().gradients() == TrainedStorage.Gradients.FP32;
  }

  /** Whether it needs no more bytes than there are. */
  public boolean fits(long available) {
    return forecast.total() <= available;
  }

  /** What the pre-flight report says of it. */
  public Division division() {
    return new Division(
        config.perDeviceTrainBatchSize(),
        config.recompute() == Recompute.BLOCKS,
        replanned,
        changes);
  }
}
