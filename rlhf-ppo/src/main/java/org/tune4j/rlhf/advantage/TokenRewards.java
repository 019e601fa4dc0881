package org.tune4j.rlhf.advantage;

/**
 * Rewards of the tokens of a response: its score at the end, less a penalty for leaving a
 * reference.
 */
public final class TokenRewards {
  private TokenRewards() {}

  /**
   * The rewards.
   *
   * @param logProbs {@code [response]}, of the policy
   * @param refLogProbs {@code [response]}, of the reference
   * @param score of the whole response
   * @param klCoef what the divergence of each token is multiplied with
   * @param positions see {@link ScorePlacement#positions}
   * @return {@code [positions]}
   */
  public static double[] of(
      double[] logProbs,
      double[] refLogProbs,
      double score,
      double klCoef,
      KlEstimator estimator,
      int positions) {
    double[] rewards = new double[positions];
    for (int t = 0; t < logProbs.length; t++) {
      rewards[t] = -klCoef * estimator.of(logProbs[t], refLogProbs[t]);
    }
    rewards[positions - 1] += score;
    return rewards;
  }
}
