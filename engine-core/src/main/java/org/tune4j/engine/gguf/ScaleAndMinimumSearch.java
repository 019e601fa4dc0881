package org.tune4j.engine.gguf;

import java.util.Arrays;

/**
 * Finds for a group of values x the scale s, the minimum m and the whole numbers q from 0 to a
 * largest one for which the error, the weighted sum of (sq - m - x)², is small: rounds with several
 * scales and the best minimum so far, and for the numbers of each takes the scale and minimum of
 * least squares. Large values weigh more. The order of sums is that of ggml's {@code
 * make_qkx2_quants} with the arguments of Q4_K, so that the numbers are the same.
 */
final class ScaleAndMinimumSearch {
  private static final int LAST_STEP = 20;

  private final int largestNumber;
  private final float[] weights;
  private byte[] best;
  private byte[] tried;
  private float bestError;
  private float scale;
  private float least;

  ScaleAndMinimumSearch(int largestNumber, int values) {
    this.largestNumber = largestNumber;
    this.weights = new float[values];
    this.best = new byte[values];
    this.tried = new byte[values];
  }

  float scale() {
    return scale;
  }

  /** What is taken away: never negative. */
  float minimum() {
    return -least;
  }

  void numbers(byte[] to, int at) {
    System.arraycopy(best, 0, to, at, best.length);
  }

  void run(float[] x, int from) {
    weigh(x, from);
    float sumOfWeights = 0;
    float sum = 0;
    float smallest = x[from];
    float largest = x[from];
    for (int i = 0; i < weights.length; i++) {
      float value = x[from + i];
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
      sumOfWeights += weights[i];
      sum += weights[i] * value;
    }
    least = Math.min(smallest, 0);
    float range = largest - least;
    if (range == 0) {
      scale = 0;
      Arrays.fill(best, (byte) 0);
      return;
    }
    float inverse = largestNumber / range;
    scale = 1 / inverse;
    round(x, from, inverse, best);
    bestError = error(x, from, best, scale, least);
    for (int step = 0; step <= LAST_STEP; step++) {
      round(x, from, (-1 + 0.1f * step + largestNumber) / (largest - least), tried);
      fit(x, from, sumOfWeights, sum);
    }
  }

  private void weigh(float[] x, int from) {
    float squares = 0;
    for (int i = 0; i < weights.length; i++) {
      squares += x[from + i] * x[from + i];
    }
    float typical = (float) Math.sqrt(squares / weights.length);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = typical + Math.abs(x[from + i]);
    }
  }

  private void round(float[] x, int from, float inverse, byte[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (byte) Nearest.of(inverse * (x[from + i] - least), 0, largestNumber);
    }
  }

  private float error(float[] x, int from, byte[] numbers, float step, float offset) {
    float error = 0;
    for (int i = 0; i < numbers.length; i++) {
      float difference = step * numbers[i] + offset - x[from + i];
      error += weights[i] * (difference * difference);
    }
    return error;
  }

  /**
   * Takes the numbers that were tried, if they are better with a scale and minimum of their own.
   */
  private void fit(float[] x, int from, float sumOfWeights, float sum) {
    float numbers = 0;
    float squares = 0;
    float products = 0;
    for (int i = 0; i < tried.length; i++) {
      float weighted = weights[i] * tried[i];
      numbers += weighted;
      squares += weighted * tried[i];
      products += weighted * x[from + i];
    }
    float determinant = sumOfWeights * squares - numbers * numbers;
    if (determinant <= 0) {
      return;
    }
    float step = (sumOfWeights * products - sum * numbers) / determinant;
    float offset = (squares * sum - numbers * products) / determinant;
    if (offset > 0) {
      offset = 0;
      step = products / squares;
    }
    float error = error(x, from, tried, step, offset);
    if (error < bestError) {
      bestError = error;
      scale = step;
      least = offset;
      byte[] beaten = best;
      best = tried;
      tried = beaten;
    }
  }
}
