package org.tune4j.eval.uncertainty;

import org.tune4j.eval.Inputs;

/** Distributions over labels. */
public final class Distributions {
  private Distributions() {}

  /**
   * The probabilities that scores stand for.
   *
   * @param logits one a label
   * @param temperature what they are divided by first
   * @return {@code [labels]}
   * @throws org.tune4j.engine.DataException if there is none, or one is not finite
   */
  public static double[] softmax(double[] logits, double temperature) {
    double most = Inputs.finite("logits", logits)[top(logits)];
    double[] probabilities = new double[logits.length];
    double sum = 0;
    for (int label = 0; label < logits.length; label++) {
      probabilities[label] = Math.exp((logits[label] - most) / temperature);
      sum += probabilities[label];
    }
    for (int label = 0; label < logits.length; label++) {
      probabilities[label] /= sum;
    }
    return probabilities;
  }

  /**
   * Scores that probabilities stand for: their logarithms, which are logits but for a constant.
   * What is 0 by rounding becomes very small.
   *
   * @param probabilities {@code [labels]}, as a head says them
   */
  public static double[] logits(float[] probabilities) {
    double[] logits = new double[probabilities.length];
    for (int label = 0; label < logits.length; label++) {
      logits[label] = Math.log(Math.max(probabilities[label], Float.MIN_NORMAL));
    }
    return logits;
  }

  /** The entropy in nats. */
  static double entropy(double[] probabilities) {
    double entropy = 0;
    for (double p : probabilities) {
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    return entropy;
  }

  /** The label of the greatest value; the first one of equals. */
  public static int top(double[] values) {
    int top = 0;
    for (int label = 1; label < values.length; label++) {
      top = values[label] > values[top] ? label : top;
    }
    return top;
  }
}
