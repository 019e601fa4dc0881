package org.tune4j.eval.label;

import org.tune4j.engine.ConfigException;
import org.tune4j.eval.Inputs;

/**
 * How good the probabilities of exclusive labels are: log loss, Brier score, and how often the
 * right label is among the most probable ones. Takes examples one by one and keeps none.
 */
public final class ProbabilityScores {
  /** scikit-learn's: a probability of 0 for what is right costs 36, not infinity. */
  private static final double LEAST = Math.ulp(1.0);

  private final long[] ranks;
  private long examples;
  private double logLoss;
  private double brier;

  /**
   * Of no example yet.
   *
   * @param labels how many labels there are
   * @throws ConfigException if there are less than 2
   */
  public ProbabilityScores(int labels) {
    if (labels < 2) {
      throw new ConfigException("labels: found " + labels + ", wanted at least 2");
    }
    this.ranks = new long[labels];
  }

  /**
   * Takes one example.
   *
   * @param gold the right label's id
   * @param probabilities one a label, their sum 1
   * @throws org.tune4j.engine.DataException if there is no such label, or they are no probabilities
   */
  public void add(int gold, double[] probabilities) {
    Inputs.sameLength("probabilities and labels", probabilities.length, ranks.length);
    Inputs.label("gold label", gold, ranks.length);
    Inputs.probabilities("probabilities", probabilities);
    double right = probabilities[gold];
    int rank = 0;
    for (int label = 0; label < ranks.length; label++) {
      double distance = probabilities[label] - (label == gold ? 1 : 0);
      brier += distance * distance;
      boolean before =
          probabilities[label] > right || probabilities[label] == right && label > gold;
      rank += before ? 1 : 0;
    }
    logLoss -= Math.log(Math.min(Math.max(right, LEAST), 1 - LEAST));
    ranks[rank]++;
    examples++;
  }

  /** The mean negative logarithm of the right label's probability, in nats. */
  public double logLoss() {
    return perExample(logLoss);
  }

  /**
   * The mean squared distance of the probabilities from 1 for what is right and 0 for the rest,
   * summed over labels: 0 to 2 (Brier 1950).
   */
  public double brier() {
    return perExample(brier);
  }

  /**
   * Half of {@link #brier}, 0 to 1: what scikit-learn gives for two labels, where one probability
   * says all.
   */
  public double halfBrier() {
    return brier() / 2;
  }

  /**
   * The share of examples whose right label is one of the {@code k} most probable. Of equal
   * probabilities the later label counts as the more probable, as in scikit-learn.
   *
   * @throws ConfigException if there are less than {@code k} labels
   */
  public double topAccuracy(int k) {
    if (k < 1 || k > ranks.length) {
      throw new ConfigException("k: found " + k + ", wanted 1 to " + ranks.length);
    }
    double within = 0;
    for (int rank = 0; rank < k; rank++) {
      within += ranks[rank];
    }
    return perExample(within);
  }

  private double perExample(double sum) {
    Inputs.notEmpty("scores of probabilities", examples);
    return sum / examples;
  }
}
