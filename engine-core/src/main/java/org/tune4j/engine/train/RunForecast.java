package org.tune4j.engine.train;

import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.LookedAt;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.preflight.Forecast;
import org.tune4j.engine.tensor.ProcessMemory;

/** An estimate of what a run with an adapter will take, before it begins. */
public final class RunForecast {
  /** What updates reach of a plain matrix product's rate: see docs/benchmarks.md. */
  private static final double SHARE = 0.55;

  /** Rows of the product that is measured. */
  private static final int ROWS = 128;

  /** How full packed rows are. */
  private static final double FILLED = 0.95;

  private RunForecast() {}

  /**
   * Estimates. Measures a matrix product with the model's own weights, which takes about a tenth of
   * a second.
   *
   * @param rows what was seen of the rows
   */
  public static Forecast of(
      CausalLm base, Adapter adapter, TrainConfig config, BatchConfig batches, LookedAt rows) {
    int longest = Math.max(1, batches.packing().isPresent() ? batches.maxLength() : rows.longest());
    MemoryForecast memory =
        MemoryForecast.of(
            base.architecture(),
            adapter,
            base.dtype(),
            config.recompute(),
            batches.microBatchSize(),
            longest);
    double all = (double) rows.rows() / Math.max(1, rows.seen());
    double tokens = rows.tokens() * all;
    double rowsPerEpoch =
        batches.packing().isPresent()
            ? tokens / (FILLED * batches.maxLength())
            : rows.examples() * all;
    double updates = Math.max(1, Math.ceil(rowsPerEpoch / batches.batchSize()));
    long steps =
        config.maxSteps() > 0
            ? config.maxSteps()
            : (long) Math.ceil(config.numTrainEpochs() * updates);
    double flops =
        StepWork.flops(
            base.architecture(),
            memory.trainedParameters(),
            false,
            config.recompute(),
            Math.round(tokens / updates * steps),
            Math.round(rows.labels() * all / updates * steps));
    double rate = SHARE * MatrixProduct.flopsPerSecond(base, ROWS, 1, 0.1);
    return new Forecast(memory.total(), ProcessMemory.availableBytes(), flops / rate, steps);
  }
}
