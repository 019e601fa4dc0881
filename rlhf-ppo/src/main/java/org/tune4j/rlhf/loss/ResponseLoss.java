package org.tune4j.rlhf.loss;

import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.rollout.Experience;

/**
 * A policy's loss without a critic: a surrogate of each token and what it costs to leave the
 * reference, k3. Where the ratio is one of responses, the tokens of a response have one advantage.
 *
 * @param beta what a nat of leaving the reference costs
 */
public record ResponseLoss(Surrogate surrogate, RatioLevel level, double beta) {
  /**
   * The loss of a token.
   *
   * @param t its place in the response
   * @param logProb of it now
   * @param logRatio that it learns by: see {@link RatioLevel#logRatios}
   */
  public double of(Experience experience, int t, double logProb, double logRatio) {
    return surrogate.of(logRatio, experience.advantages()[t], logProb)
        + beta * kl(experience, t, logProb);
  }

  /** What the losses of all tokens of the response change by with the token's log-probability. */
  public double gradient(Experience experience, int t, double logProb, double logRatio) {
    double advantage = experience.advantages()[t];
    double kl = -Math.expm1(experience.refLogProbs()[t] - logProb);
    return level.chain(experience.logProbs().length) * surrogate.byLogRatio(logRatio, advantage)
        + surrogate.byLogProb(logRatio, advantage)
        + beta * kl;
  }

  /** k3 of the policy from its reference, of a token. */
  static double kl(Experience experience, int t, double logProb) {
    return KlEstimator.K3.of(logProb, experience.refLogProbs()[t]);
  }
}
