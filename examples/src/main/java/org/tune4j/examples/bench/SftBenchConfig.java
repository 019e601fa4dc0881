package org.tune4j.examples.bench;

import java.nio.file.Path;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.train.MemorySettings;

/**
 * What is timed.
 *
 * @param method lora or full
 * @param dtype FLOAT32, BFLOAT16 or FLOAT16
 * @param batch examples (or packed rows) an update
 * @param steps updates; the first two are warm-up
 * @param optimizer of full training
 * @param memory of full training
 */
public record SftBenchConfig(
    Path model,
    Path data,
    Method method,
    DType dtype,
    int batch,
    int steps,
    int maxLength,
    boolean packing,
    Recompute recompute,
    int rank,
    String target,
    double loraDropout,
    OptimizerConfig optimizer,
    MemorySettings memory) {
  /** What is trained. */
  public enum Method {
    LORA,
    FULL
  }
}
