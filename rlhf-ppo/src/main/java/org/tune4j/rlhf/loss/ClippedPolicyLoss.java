package org.tune4j.rlhf.loss;

import org.tune4j.rlhf.rollout.Experience;

/**
 * PPO's clipped surrogate (Schulman et al., 2017, eq. 7): {@code max(-A r, -A clip(r, 1 - c, 1 +
 * c))} with {@code r} the probability now over that before the update.
 *
 * @param cliprange c
 */
public record ClippedPolicyLoss(double cliprange) implements TokenLoss {
  @Override
  public double of(Experience experience, int t, double logProb) {
    double advantage = experience.advantages()[t];
    double ratio = Math.exp(logProb - experience.logProbs()[t]);
    return Math.max(-advantage * ratio, -advantage * clipped(ratio));
  }

  @Override
  public double gradient(Experience experience, int t, double logProb) {
    double ratio = Math.exp(logProb - experience.logProbs()[t]);
    return isClipped(experience, t, logProb) ? 0 : -experience.advantages()[t] * ratio;
  }

  /** Whether the bound is the larger one, so that nothing is learned of the token. */
  public boolean isClipped(Experience experience, int t, double logProb) {
    double advantage = experience.advantages()[t];
    double ratio = Math.exp(logProb - experience.logProbs()[t]);
    return -advantage * clipped(ratio) > -advantage * ratio;
  }

  private double clipped(double ratio) {
    return Math.max(1 - cliprange, Math.min(1 + cliprange, ratio));
  }
}
