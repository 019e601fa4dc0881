package org.tune4j.engine.train;

import java.util.stream.Stream;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;

/**
 * An estimate of the memory that fine-tuning with an adapter needs, in bytes.
 *
 * @param trainedParameters numbers that are trained
 * @param weights the base model
 * @param trained masters, gradients, two AdamW moments, and a copy to compute with in bf16
 * @param activations what a micro-batch of the longest rows keeps for its backward pass, one
 *     block's working memory and the scores included
 * @param process the JVM and the native libraries, as measured with a small model
 */
public record MemoryForecast(
    long trainedParameters, long weights, long trained, long activations, long process) {
  private static final long PROCESS = 340L << 20;

  /** Scores are taken in chunks of about so many. */
  private static final long CHUNK_SCORES = 6_300_000;

  /** A block's backward pass works with about so many times what it keeps. */
  private static final int WORKING = 4;

  /** A chunk of fp32 scores, their gradient and one copy between. */
  private static final int BYTES_A_SCORE = 12;

  /** All of it. */
  public long total() {
    return weights + trained + activations + process;
  }

  /** Estimates for micro-batches of that many rows, each as long as it may be. */
  public static MemoryForecast of(
      Architecture architecture,
      Adapter adapter,
      DType dtype,
      Recompute recompute,
      long batchSize,
      long maxLength) {
    long trainedParameters =
        Stream.concat(adapter.parameters().stream(), adapter.trainedWeights().stream())
            .mapToLong((Trainable trainable) -> trainable.slot().elements())
            .sum();
    int bytes = dtype.bytes();
    long tokens = Math.multiplyExact(batchSize, maxLength);
    long kept = 0;
    long largest = 0;
    for (BlockSpec block : architecture.blocks()) {
      long ofBlock = perToken(architecture, block);
      kept += recompute == Recompute.NONE ? ofBlock : architecture.hiddenSize();
      largest = Math.max(largest, ofBlock);
    }
    long working = WORKING * largest;
    long scores = Math.min(CHUNK_SCORES, tokens * architecture.vocabularySize());
    return new MemoryForecast(
        trainedParameters,
        architecture.parameters() * bytes,
        trainedParameters * (dtype == DType.BFLOAT16 ? 18 : 16),
        tokens * (kept + working) * bytes + scores * BYTES_A_SCORE,
        PROCESS);
  }

  /** Numbers that a block keeps a token: its input, qkv, attention, the sum after it, the FFN. */
  private static long perToken(Architecture architecture, BlockSpec block) {
    return 2L * architecture.hiddenSize()
        + block.queryKeyValue().outputs()
        + block.attentionOut().inputs()
        + block.feedForwardIn().outputs();
  }
}
