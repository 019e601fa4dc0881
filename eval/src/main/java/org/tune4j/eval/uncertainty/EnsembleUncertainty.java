package org.tune4j.eval.uncertainty;

import org.tune4j.eval.Inputs;

/**
 * What several opinions on one example say of its doubt: the members of a deep ensemble, or passes
 * with dropout on (Gal 2016, Depeweg et al. 2018). Entropies are in nats.
 *
 * @param meanProbability {@code [labels]}: the opinion of all
 * @param predictiveEntropy of the opinion of all: the whole doubt
 * @param expectedEntropy the mean of each one's entropy: doubt that lies in the data
 * @param variationRatio the share of members that do not answer what most of them do
 * @param probabilityVariance the variance over members, averaged over labels
 */
public record EnsembleUncertainty(
    double[] meanProbability,
    double predictiveEntropy,
    double expectedEntropy,
    double variationRatio,
    double probabilityVariance) {
  /**
   * Of one example.
   *
   * @param probabilities {@code [members, labels]}
   * @throws org.tune4j.engine.DataException if there is no member, members differ in labels, or a
   *     row is no probabilities
   */
  public static EnsembleUncertainty of(double[][] probabilities) {
    Inputs.notEmpty("members", probabilities.length);
    int labels = probabilities[0].length;
    double members = probabilities.length;
    double[] mean = new double[labels];
    int[] votes = new int[labels];
    double entropy = 0;
    for (double[] member : probabilities) {
      Inputs.sameLength("labels of members", labels, member.length);
      entropy += Distributions.entropy(Inputs.probabilities("probabilities", member)) / members;
      votes[Distributions.top(member)]++;
      for (int label = 0; label < labels; label++) {
        mean[label] += member[label] / members;
      }
    }
    int most = 0;
    double variance = 0;
    for (int label = 0; label < labels; label++) {
      most = Math.max(most, votes[label]);
      for (double[] member : probabilities) {
        double distance = member[label] - mean[label];
        variance += distance * distance / (members * labels);
      }
    }
    return new EnsembleUncertainty(
        mean, Distributions.entropy(mean), entropy, 1 - most / members, variance);
  }

  /**
   * The doubt that lies in the model, as members contradict each other: more data would lower it.
   */
  public double mutualInformation() {
    return Math.max(0, predictiveEntropy - expectedEntropy); // below 0 by rounding only
  }

  /** The predictive entropy by its greatest possible value; 0 of a single label. */
  public double normalizedEntropy() {
    int labels = meanProbability.length;
    return labels == 1 ? 0 : predictiveEntropy / Math.log(labels);
  }

  /** The probability of the most probable label. */
  public double maxProbability() {
    return meanProbability[Distributions.top(meanProbability)];
  }

  /** How much more probable the most probable label is than the next one; 1 of a single label. */
  public double margin() {
    int top = Distributions.top(meanProbability);
    double next = 0;
    for (int label = 0; label < meanProbability.length; label++) {
      next = label == top ? next : Math.max(next, meanProbability[label]);
    }
    return meanProbability[top] - next;
  }
}
