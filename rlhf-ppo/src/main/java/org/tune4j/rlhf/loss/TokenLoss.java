package org.tune4j.rlhf.loss;

import org.tune4j.rlhf.rollout.Experience;

/**
 * A policy's loss that is a sum over tokens, each of which depends on its own probability alone.
 */
public interface TokenLoss {
  /**
   * The loss of a token.
   *
   * @param experience of the response
   * @param t the token's place in it
   * @param logProb its log-probability under the policy as it is now
   */
  double of(Experience experience, int t, double logProb);

  /** What {@link #of} changes by with the log-probability. */
  double gradient(Experience experience, int t, double logProb);
}
