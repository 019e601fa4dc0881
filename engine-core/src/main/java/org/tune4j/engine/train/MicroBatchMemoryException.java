package org.tune4j.engine.train;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tune4j.engine.NativeMemoryException;
import org.tune4j.engine.data.Batch;

/**
 * A micro-batch did not fit into memory. The update it belongs to was not made, unless gradients
 * are released: then that of the upper blocks may have been. The checkpoints of the run are as they
 * were. Of a run it comes to the caller when the micro-batch is a single document, which it names,
 * or must not be divided.
 */
public final class MicroBatchMemoryException extends NativeMemoryException {
  /** The longest documents of a micro-batch are named, so many of them. */
  private static final int NAMED = 4;

  private final transient Batch batch;

  MicroBatchMemoryException(long step, Batch batch, NativeMemoryException cause) {
    super(
        "Step %d: a micro-batch of %d tokens does not fit into memory: %s%s. %s"
            .formatted(
                step + 1,
                batch.tokens(),
                IntStream.range(0, Math.min(NAMED, batch.documents()))
                    .mapToObj(d -> named(batch, d))
                    .collect(Collectors.joining(", ")),
                batch.documents() > NAMED ? ", …" : "",
                cause.getMessage()),
        cause);
    this.batch = batch;
  }

  private static String named(Batch batch, int document) {
    return "example %d (%s), %d tokens"
        .formatted(
            batch.exampleIds()[document],
            batch.sources().get(document),
            batch.sequenceLengths()[document]);
  }

  Batch batch() {
    return batch;
  }

  /** The ids of its examples. */
  public long[] exampleIds() {
    return Arrays.copyOf(batch.exampleIds(), batch.documents());
  }
}
