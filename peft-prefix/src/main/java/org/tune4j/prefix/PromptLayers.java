package org.tune4j.prefix;

import java.util.List;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.TensorSlot;

/** What virtual tokens are computed from, and the kernel that computes them. */
public interface PromptLayers {
  /** What the names of learned tensors begin with. */
  String NAMES = "prompt_encoder.";

  /** The vectors that all begins with, {@code [virtual tokens, size]}, first. */
  List<Trainable> parameters();

  /** The kernel file (see {@link org.tune4j.engine.adapt.VirtualTokens}). */
  String kernel();

  /** What it takes besides parameters. */
  String literals();

  /** How many sets of virtual tokens it gives, of which a text has one. */
  default int tasks() {
    return 1;
  }

  /**
   * The starting value of a parameter, row-major.
   *
   * @param random of this parameter alone
   */
  float[] initialValue(TensorSlot parameter, SplittableRandom random);

  /**
   * The vectors that all begins with.
   *
   * @param inFile what PEFT's file calls them
   */
  static Trainable vectors(int tokens, int size, String inFile) {
    List<Long> shape = List.of((long) tokens, (long) size);
    TensorSlot.Part part = new TensorSlot.Part(inFile, 0, shape);
    return new Trainable(new TensorSlot(NAMES + "embedding.weight", shape, List.of(part)), true);
  }

  /** Numbers from {@code -bound} to {@code bound}. */
  static float[] uniform(TensorSlot parameter, double bound, SplittableRandom random) {
    float[] values = new float[Math.toIntExact(parameter.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return values;
  }

  /** Normal numbers. */
  static float[] normal(TensorSlot parameter, double deviation, SplittableRandom random) {
    float[] values = new float[Math.toIntExact(parameter.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }
}
