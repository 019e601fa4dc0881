package org.tune4j.engine.adapt;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;

/**
 * How what is trained is held in memory.
 *
 * @param masters what updates add up in
 * @param gradients what gradients add up in
 */
public record TrainedStorage(Masters masters, Gradients gradients) {
  /** Masters in fp32 and gradients in fp32: what mixed precision means elsewhere. */
  public static final TrainedStorage PLAIN = new TrainedStorage(Masters.FP32, Gradients.FP32);

  /** What updates add up in, beside what is computed with. */
  public enum Masters {
    /** In fp32, with a copy in the type that is computed in: 6 bytes a number in bf16. */
    FP32(4),
    /**
     * The bf16 number that is computed with, and the 16 bits that fp32 has besides: 4 bytes a
     * number, and the same masters bit by bit.
     */
    SPLIT(2),
    /** The same with 8 of these bits: 3 bytes a number, of 24 bits. */
    SPLIT24(1),
    /** Nothing beside the bf16 number: updates are rounded to it at random, right on average. */
    NONE(0);

    private final int bytes;

    Masters(int bytes) {
      this.bytes = bytes;
    }

    /** Bytes a number beside what is computed with. */
    int restBytes() {
      return bytes;
    }
  }

  /** What gradients add up in. */
  public enum Gradients {
    /** fp32, all of them until the update. */
    FP32,
    /** The type that is computed in, all of them until the update. */
    COMPUTE,
    /** fp32, a block at a time: it is updated as soon as its gradient is there. */
    RELEASED
  }

  /**
   * Refuses what a model's element type has no numbers for.
   *
   * @throws ConfigException if masters are to be split that are not bf16
   */
  public void requireFor(DType compute) {
    if (masters != Masters.FP32 && compute != DType.BFLOAT16) {
      throw new ConfigException(
          "master_weights = %s: needs precision bf16, found %s"
              .formatted(
                  masters.name().toLowerCase(Locale.ROOT),
                  compute.name().toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * Refuses parts that a model keeps in fp32, where they are trained.
   *
   * @param exact what it keeps so
   * @throws ConfigException if masters are to be split
   */
  public void requireFor(List<Trainable> trained, Set<TensorSlot> exact) {
    if (masters != Masters.FP32 && trained.stream().anyMatch(t -> exact.contains(t.slot()))) {
      throw new ConfigException(
          "master_weights = %s: does not go with fp32_modules, whose weights are trained too"
              .formatted(masters.name().toLowerCase(Locale.ROOT)));
    }
  }

  /** Bytes a number that masters, and the copy that is computed with, take. */
  public long masterBytes(DType compute) {
    return masters == Masters.FP32
        ? 4 + (compute.bytes() < 4 ? compute.bytes() : 0)
        : compute.bytes() + masters.restBytes();
  }

  /** Bytes that all gradients take that are held at once. */
  public long gradientBytes(List<Trainable> trained, DType compute) {
    long numbers = FlatLayout.of(trained, gradients == Gradients.RELEASED).gradients();
    return numbers * (gradients == Gradients.COMPUTE ? compute.bytes() : 4);
  }
}
