package org.tune4j.engine.train;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.Recompute;

/**
 * What decides how fast a run is and not what it learns, but for the last digits of sums, the draws
 * of dropout, and which packed rows share an update.
 *
 * @param threads of libtorch inside one operation
 * @param perDeviceTrainBatchSize rows of a micro-batch
 * @param recompute which activations are computed again in the backward pass
 * @param lossChunkSize as in {@link TrainConfig}
 * @param maxLength most tokens of a packed row; as it was asked for where rows are not packed
 */
public record Tuning(
    int threads,
    int perDeviceTrainBatchSize,
    Recompute recompute,
    int lossChunkSize,
    int maxLength) {
  private static final Set<String> NEEDED =
      Set.of("threads", "train.per_device_train_batch_size", "train.recompute", "data.max_length");

  public Tuning {
    if (threads < 1 || perDeviceTrainBatchSize < 1 || lossChunkSize < 0 || maxLength < 2) {
      throw new ConfigException(
          "not a tuning: %d threads, %d rows at once of %d tokens, %d labels at once"
              .formatted(threads, perDeviceTrainBatchSize, maxLength, lossChunkSize));
    }
  }

  /** What a run was begun with; empty where an older version did not say it all. */
  public static Optional<Tuning> of(RunIdentity run) {
    Map<String, String> fields = run.fields();
    if (!fields.keySet().containsAll(NEEDED)) {
      return Optional.empty();
    }
    return Optional.of(
        new Tuning(
            Integer.parseInt(fields.get("threads")),
            Integer.parseInt(fields.get("train.per_device_train_batch_size")),
            Recompute.valueOf(fields.get("train.recompute")),
            Integer.parseInt(fields.getOrDefault("train.loss_chunk_size", "0")),
            Integer.parseInt(fields.get("data.max_length"))));
  }

  /** The same with other threads. */
  public Tuning withThreads(int value) {
    return new Tuning(value, perDeviceTrainBatchSize, recompute, lossChunkSize, maxLength);
  }

  /** The same with other micro-batches. */
  public Tuning withDivision(int rows, Recompute blocks) {
    return new Tuning(threads, rows, blocks, lossChunkSize, maxLength);
  }

  /** The same with another chunk. */
  public Tuning withLossChunkSize(int value) {
    return new Tuning(threads, perDeviceTrainBatchSize, recompute, value, maxLength);
  }

  /** The same with packed rows of another length, in micro-batches of so many. */
  public Tuning withMaxLength(int tokens, int rows) {
    return new Tuning(threads, rows, recompute, lossChunkSize, tokens);
  }

  /**
   * Whether updates can be made so: of as many tokens as were asked for, in whole micro-batches.
   *
   * @param asked the run as it was asked for
   * @param askedLength its {@code max_length}
   */
  public boolean divides(TrainConfig asked, int askedLength) {
    long tokens = tokens(asked, askedLength);
    return tokens % ((long) maxLength * perDeviceTrainBatchSize) == 0;
  }

  /**
   * The run as it was asked for, made so.
   *
   * @throws IllegalArgumentException unless it {@link #divides}
   */
  public TrainConfig applied(TrainConfig asked, int askedLength) {
    if (!divides(asked, askedLength)) {
      throw new IllegalArgumentException(this + " does not divide " + asked);
    }
    long microBatches = tokens(asked, askedLength) / ((long) maxLength * perDeviceTrainBatchSize);
    return asked.divided(
        perDeviceTrainBatchSize, Math.toIntExact(microBatches), recompute, lossChunkSize);
  }

  /** Of an update whose rows are full. */
  private static long tokens(TrainConfig asked, int askedLength) {
    return (long) askedLength * asked.perDeviceTrainBatchSize() * asked.gradientAccumulationSteps();
  }
}
