package org.tune4j.eval.uncertainty;

import org.apache.commons.numbers.rootfinder.BrentSolver;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.Inputs;

/**
 * Calibration by one number that logits are divided by (Guo et al. 2017). It changes confidences
 * and no answer.
 *
 * @param temperature above 1 where the model was too sure of itself
 */
public record TemperatureScaling(double temperature) {
  /** The temperatures that are looked at; the bounds stand for what lies beyond. */
  private static final double LEAST = 0.01;

  private static final double MOST = 100;
  private static final BrentSolver SOLVER = new BrentSolver(1e-14, 1e-14, 1e-15);

  /**
   * A temperature.
   *
   * @throws ConfigException if it is not positive
   */
  public TemperatureScaling {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new ConfigException("temperature: found " + temperature + ", wanted more than 0");
    }
  }

  /**
   * The temperature of least mean negative log-likelihood on examples that were not learned from,
   * and will not be measured on. It is 0.01 or 100 where the likelihood grows on to there: at 0.01
   * the model makes no mistake on these examples, at 100 its scores are worth nothing.
   *
   * @param logits {@code [examples, labels]}
   * @param gold the right labels' ids
   * @throws org.tune4j.engine.DataException if there is none, lengths differ, an id is no label or
   *     a logit is not finite
   */
  public static TemperatureScaling fit(double[][] logits, int[] gold) {
    check(logits, gold);
    double steepest = slope(logits, gold, 1 / LEAST);
    double flattest = slope(logits, gold, 1 / MOST);
    if (steepest <= 0) {
      return new TemperatureScaling(LEAST);
    }
    if (flattest >= 0) {
      return new TemperatureScaling(MOST);
    }
    double logInverse =
        SOLVER.findRoot(
            log -> slope(logits, gold, Math.exp(log)), Math.log(1 / MOST), Math.log(1 / LEAST));
    return new TemperatureScaling(Math.exp(-logInverse));
  }

  /**
   * The derivative of the mean negative log-likelihood by the inverse temperature. It only grows,
   * so that there is one least.
   */
  private static double slope(double[][] logits, int[] gold, double inverse) {
    double sum = 0;
    for (int row = 0; row < gold.length; row++) {
      double[] probabilities = Distributions.softmax(logits[row], 1 / inverse);
      sum -= logits[row][gold[row]];
      for (int label = 0; label < probabilities.length; label++) {
        sum += probabilities[label] * logits[row][label];
      }
    }
    return sum / gold.length;
  }

  /** The calibrated probabilities of an example's logits. */
  public double[] probabilities(double[] logits) {
    return Distributions.softmax(logits, temperature);
  }

  /** The calibrated probabilities of exclusive labels, from uncalibrated ones {@code [labels]}. */
  public float[] rescaled(float[] probabilities) {
    double[] calibrated = probabilities(Distributions.logits(probabilities));
    float[] rescaled = new float[calibrated.length];
    for (int label = 0; label < rescaled.length; label++) {
      rescaled[label] = (float) calibrated[label];
    }
    return rescaled;
  }

  /** The same of labels that are judged each for itself: {@code [labels]}, of each being right. */
  public float[] eachRescaled(float[] probabilities) {
    float[] rescaled = new float[probabilities.length];
    for (int label = 0; label < rescaled.length; label++) {
      float[] rightOrNot = {probabilities[label], 1 - probabilities[label]};
      rescaled[label] = rescaled(rightOrNot)[0];
    }
    return rescaled;
  }

  /**
   * The mean negative log-likelihood at this temperature, in nats.
   *
   * @throws org.tune4j.engine.DataException as {@link #fit}
   */
  public double nll(double[][] logits, int[] gold) {
    check(logits, gold);
    double sum = 0;
    for (int row = 0; row < gold.length; row++) {
      double most = logits[row][Distributions.top(logits[row])];
      double exps = 0;
      for (double logit : logits[row]) {
        exps += Math.exp((logit - most) / temperature);
      }
      sum += Math.log(exps) - (logits[row][gold[row]] - most) / temperature;
    }
    return sum / gold.length;
  }

  private static void check(double[][] logits, int[] gold) {
    Inputs.sameLength("temperature scaling", logits.length, gold.length);
    for (int row = 0; row < gold.length; row++) {
      Inputs.finite("logits of example " + row, logits[row]);
      Inputs.label("gold label of example " + row, gold[row], logits[row].length);
    }
  }
}
