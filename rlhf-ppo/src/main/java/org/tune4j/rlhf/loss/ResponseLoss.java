package org.tune4j.rlhf.loss;

import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.rollout.Experience;

/**
 * A policy's loss without a critic: a surrogate of each token and what it costs to leave the
 * reference, k3. Where the ratio is one of responses, the tokens of a response have one advantage.
 *
 * @param beta what a nat of leaving the reference costs
 * @param correctsKl whether that is multiplied with the ratio, of the token or of the response's
 *     tokens on average: its gradient is without bias then (DeepSeek-V3.2, 2025)
 */
public record ResponseLoss(Surrogate surrogate, RatioLevel level, double beta, boolean correctsKl) {
  /**
   * The loss of a token.
   *
   * @param t its place in the response
   * @param logProb of it now
   * @param logRatio that it learns by: see {@link RatioLevel#logRatios}
   */
  public double of(Experience experience, int t, double logProb, double logRatio) {
    return surrogate.of(logRatio, experience.advantages()[t], logProb)
        + beta * klRatio(experience, t, logProb, logRatio) * kl(experience, t, logProb);
  }

  /**
   * What the losses of all tokens of the response change by with the token's log-probability.
   *
   * @param meanKl of the response, where the ratio is the geometric mean of its tokens'
   */
  public double gradient(
      Experience experience, int t, double logProb, double logRatio, double meanKl) {
    double advantage = experience.advantages()[t];
    double gradient =
        level.chain(experience.logProbs().length) * surrogate.byLogRatio(logRatio, advantage)
            + surrogate.byLogProb(logRatio, advantage);
    double kl = -Math.expm1(experience.refLogProbs()[t] - logProb);
    if (correctsKl) {
      double learned = level == RatioLevel.SEQUENCE ? meanKl : kl(experience, t, logProb);
      kl = klRatio(experience, t, logProb, logRatio) * (kl + learned);
    }
    return gradient + beta * kl;
  }

  private double klRatio(Experience experience, int t, double logProb, double logRatio) {
    if (!correctsKl) {
      return 1;
    }
    return Math.exp(level == RatioLevel.SEQUENCE ? logRatio : logProb - experience.logProbs()[t]);
  }

  /** k3 of the policy from its reference, of a token. */
  static double kl(Experience experience, int t, double logProb) {
    return KlEstimator.K3.of(logProb, experience.refLogProbs()[t]);
  }

  /**
   * k3 of the policy from its reference, the mean over a response.
   *
   * @param logProbs {@code [response]}, now
   */
  public static double meanKl(Experience experience, double[] logProbs) {
    double sum = 0;
    for (int t = 0; t < logProbs.length; t++) {
      sum += kl(experience, t, logProbs[t]);
    }
    return sum / logProbs.length;
  }
}
