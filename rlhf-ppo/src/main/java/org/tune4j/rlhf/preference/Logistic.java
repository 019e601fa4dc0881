package org.tune4j.rlhf.preference;

/** The logistic function, safe at both ends. */
final class Logistic {
  private Logistic() {}

  /** {@code 1 / (1 + e^-x)}. */
  static double sigmoid(double x) {
    double e = Math.exp(-Math.abs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
  }

  /** Its logarithm. */
  static double logSigmoid(double x) {
    return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** Of {@link #sigmoid}. */
  static double derivative(double x) {
    return sigmoid(x) * sigmoid(-x);
  }
}
