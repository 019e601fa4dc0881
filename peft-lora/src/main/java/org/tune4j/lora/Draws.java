package org.tune4j.lora;

import java.util.SplittableRandom;

/** Random numbers that parameters start as. */
final class Draws {
  private Draws() {}

  /** What {@code kaiming_uniform_(a=sqrt(5))} gives a matrix of that many columns. */
  static void kaiming(float[] values, long columns, SplittableRandom random) {
    uniform(values, 1 / Math.sqrt(columns), random);
  }

  static void uniform(float[] values, double bound, SplittableRandom random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
  }

  static void gaussian(float[] values, double deviation, SplittableRandom random) {
    gaussian(values, 0, values.length, deviation, random);
  }

  static void gaussian(
      float[] values, int from, int to, double deviation, SplittableRandom random) {
    for (int i = from; i < to; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
  }
}
