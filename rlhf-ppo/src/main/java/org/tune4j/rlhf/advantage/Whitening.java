package org.tune4j.rlhf.advantage;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Brings numbers of a batch to mean 0 and variance 1, with the variance over n - 1. */
public final class Whitening {
  private static final double EPSILON = 1e-8;

  private Whitening() {}

  /**
   * Whitens.
   *
   * @param rows the numbers of each response
   * @param shiftMean whether the mean is to be 0; else it stays
   */
  public static List<double[]> of(List<double[]> rows, boolean shiftMean) {
    double[] all = rows.stream().flatMapToDouble(Arrays::stream).toArray();
    double mean = DoubleStream.of(all).average().orElse(0);
    double factor = 1 / Math.sqrt(Spread.variance(all) + EPSILON);
    double back = shiftMean ? 0 : mean;
    return rows.stream()
        .map(row -> Arrays.stream(row).map(x -> (x - mean) * factor + back).toArray())
        .toList();
  }
}
