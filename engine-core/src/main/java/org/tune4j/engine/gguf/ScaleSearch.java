package org.tune4j.engine.gguf;

import java.util.Arrays;

/**
 * Finds for a group of values x the scale s and the whole numbers q from -n to n - 1 for which the
 * sum of x²(sq - x)² is small: rounds with several scales, and for the numbers of each takes the
 * scale of least squares. The order of sums is that of ggml's {@code make_qx_quants} with the
 * arguments of Q6_K, so that the numbers are the same.
 */
final class ScaleSearch {
  private static final float ZERO = 1e-15f;
  private static final int STEPS_ASIDE = 9;

  private final int bound;
  private final byte[] numbers;
  private float scale;
  private float products;
  private float squares;

  ScaleSearch(int bound, int values) {
    this.bound = bound;
    this.numbers = new byte[values];
  }

  /** Whether a scale is so small that the values count as zeros. */
  static boolean isZero(float scale) {
    return Math.abs(scale) < ZERO;
  }

  float scale() {
    return scale;
  }

  /** The numbers, raised by their bound: from 0 to 2n - 1. */
  void numbers(byte[] to, int at) {
    System.arraycopy(numbers, 0, to, at, numbers.length);
  }

  void run(float[] x, int from) {
    float farthest = Farthest.fromZero(x, from, numbers.length);
    if (isZero(farthest)) {
      scale = 0;
      Arrays.fill(numbers, (byte) 0);
      return;
    }
    float inverse = -bound / farthest;
    sum(x, from, inverse);
    scale = squares != 0 ? products / squares : 0;
    float best = scale * products;
    for (int step = -STEPS_ASIDE; step <= STEPS_ASIDE; step++) {
      float other = -(bound + 0.1f * step) / farthest;
      if (step != 0 && sum(x, from, other) && products * products > best * squares) {
        inverse = other;
        scale = products / squares;
        best = scale * products;
      }
    }
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (byte) (bound + number(x[from + i], inverse));
    }
  }

  private int number(float x, float inverse) {
    return Nearest.of(inverse * x, -bound, bound - 1);
  }

  /** Sums up for the numbers of a scale; whether there is a scale of least squares. */
  private boolean sum(float[] x, int from, float inverse) {
    products = 0;
    squares = 0;
    for (int i = 0; i < numbers.length; i++) {
      float value = x[from + i];
      int number = number(value, inverse);
      float weight = value * value;
      products += weight * value * number;
      squares += weight * number * number;
    }
    return squares > 0;
  }
}
