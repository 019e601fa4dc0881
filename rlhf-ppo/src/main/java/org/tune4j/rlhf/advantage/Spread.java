package org.tune4j.rlhf.advantage;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** How far numbers of a batch lie apart. */
public final class Spread {
  private Spread() {}

  /** Variance over n - 1; 0 of fewer than two numbers. */
  public static double variance(double[] numbers) {
    double mean = DoubleStream.of(numbers).average().orElse(0);
    double squares = DoubleStream.of(numbers).map(x -> (x - mean) * (x - mean)).sum();
    return numbers.length > 1 ? squares / (numbers.length - 1) : 0;
  }

  /** Those that are numbers. */
  public static double[] known(double[] numbers) {
    return DoubleStream.of(numbers).filter(x -> !Double.isNaN(x)).toArray();
  }

  /** Mean of those that are numbers; NaN of none. */
  public static double mean(double[] numbers) {
    return DoubleStream.of(known(numbers)).average().orElse(Double.NaN);
  }

  /** Standard deviation over n - 1 of those that are numbers. */
  public static double deviation(double[] numbers) {
    return Math.sqrt(variance(known(numbers)));
  }

  /** Standard deviation over n - 1 of the numbers of all rows. */
  public static double deviation(List<double[]> rows) {
    return Math.sqrt(variance(rows.stream().flatMapToDouble(Arrays::stream).toArray()));
  }

  /**
   * What share of the variance of one number is explained by another one: 1 for all, 0 for what the
   * mean explains, below for worse.
   */
  public static double explained(double[] wanted, double[] said) {
    double[] rest = new double[wanted.length];
    Arrays.setAll(rest, i -> wanted[i] - said[i]);
    double variance = variance(wanted);
    return variance == 0 ? Double.NaN : 1 - variance(rest) / variance;
  }

  /** Pearson's correlation of two numbers; 0 where one of them does not vary. */
  public static double correlation(double[] one, double[] other) {
    double meanOne = DoubleStream.of(one).average().orElse(0);
    double meanOther = DoubleStream.of(other).average().orElse(0);
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += (one[i] - meanOne) * (other[i] - meanOther);
    }
    double scale = (one.length - 1) * Math.sqrt(variance(one) * variance(other));
    return scale == 0 ? 0 : sum / scale;
  }
}
