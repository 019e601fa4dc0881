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
    return surrogate().of(logProb - experience.logProbs()[t], experience.advantages()[t], logProb);
  }

  @Override
  public double gradient(Experience experience, int t, double logProb) {
    return surrogate().byLogRatio(logProb - experience.logProbs()[t], experience.advantages()[t]);
  }

  /** Whether the bound is the larger one, so that nothing is learned of the token. */
  public boolean isClipped(Experience experience, int t, double logProb) {
    return surrogate().isBound(logProb - experience.logProbs()[t], experience.advantages()[t]);
  }

  private ClippedSurrogate surrogate() {
    return new ClippedSurrogate(cliprange, cliprange, Double.POSITIVE_INFINITY);
  }
}
