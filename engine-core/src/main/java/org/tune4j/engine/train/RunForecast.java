package org.tune4j.engine.train;

import java.util.Optional;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.LookedAt;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.preflight.Forecast;
import org.tune4j.engine.tensor.DType;

/** An estimate of what a run will take, before it begins. */
public final class RunForecast {
  /** What updates reach of a plain matrix product's rate: see docs/benchmarks.md. */
  private static final double SHARE = 0.55;

  /** Rows of the product that is measured. */
  private static final int ROWS = 128;

  /** How full packed rows are. */
  private static final double FILLED = 0.95;

  private RunForecast() {}

  /**
   * Operations a second that updates of a model are likely to reach: measures a matrix product of
   * its size, which takes about a tenth of a second.
   */
  public static double flopsPerSecond(Architecture architecture, DType dtype) {
    return SHARE * MatrixProduct.flopsPerSecond(architecture, dtype, ROWS, 1, 0.1);
  }

  /**
   * Estimates.
   *
   * @param full whether the model's own weights are trained, and nothing besides
   * @param plan how the run is divided, and what memory it needs
   * @param fitting what would fit where that does not
   * @param available bytes that it may have
   * @param rows what was seen of the rows
   * @param flopsPerSecond as {@link #flopsPerSecond} says
   */
  public static Forecast of(
      Architecture architecture,
      boolean full,
      MemoryPlan plan,
      Optional<MemoryPlan> fitting,
      long available,
      BatchConfig batches,
      LookedAt rows,
      double flopsPerSecond) {
    double updates = updatesPerEpoch(batches, rows);
    long steps = steps(plan.config(), batches, rows);
    double flops =
        StepWork.flops(
            architecture,
            plan.forecast().trainedParameters(),
            full,
            plan.config().recompute(),
            Math.round(rows.tokens() * all(rows) / updates * steps),
            Math.round(rows.labels() * all(rows) / updates * steps));
    return new Forecast(
        plan.forecast().total(),
        available,
        flops / flopsPerSecond,
        steps,
        plan.division(),
        fitting.map(MemoryPlan::division).orElse(null));
  }

  /** How many updates the run will make. */
  public static long steps(TrainConfig config, BatchConfig batches, LookedAt rows) {
    return config.maxSteps() > 0
        ? config.maxSteps()
        : (long) Math.ceil(config.numTrainEpochs() * updatesPerEpoch(batches, rows));
  }

  private static double updatesPerEpoch(BatchConfig batches, LookedAt rows) {
    double rowsPerEpoch =
        batches.packing().isPresent()
            ? rows.tokens() * all(rows) / (FILLED * batches.maxLength())
            : rows.examples() * all(rows);
    return Math.max(1, Math.ceil(rowsPerEpoch / batches.batchSize()));
  }

  /** All rows, in multiples of those that were seen. */
  private static double all(LookedAt rows) {
    return (double) rows.rows() / Math.max(1, rows.seen());
  }
}
