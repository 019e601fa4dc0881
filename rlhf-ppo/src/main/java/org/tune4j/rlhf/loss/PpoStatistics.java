package org.tune4j.rlhf.loss;

/**
 * What was seen of the tokens and values of a mini-batch, as means over those that count.
 *
 * @param policyLoss of the policy, without bonus
 * @param valueLoss of the critic, without its coefficient; 0 without a critic
 * @param policyClipFraction share of tokens of which nothing was learned for the clipping
 * @param valueClipFraction share of values of which nothing was learned
 * @param approxKl k1, k2 and k3 of the policy now from that before the update, in nats a token
 * @param ratio mean of the probability now over that before the update
 * @param entropy of the policy, in nats a token
 * @param tokens how many tokens there were
 * @param values how many values there were
 */
public record PpoStatistics(
    double policyLoss,
    double valueLoss,
    double policyClipFraction,
    double valueClipFraction,
    ApproxKl approxKl,
    double ratio,
    double entropy,
    long tokens,
    long values) {
  /** Three estimates of one divergence: see {@link org.tune4j.rlhf.advantage.KlEstimator}. */
  public record ApproxKl(double k1, double k2, double k3) {}

  /** Of nothing. */
  public static final PpoStatistics NONE =
      new PpoStatistics(0, 0, 0, 0, new ApproxKl(0, 0, 0), 0, 0, 0, 0);

  /** Both together. */
  public PpoStatistics plus(PpoStatistics other) {
    double mine = tokens == 0 ? 0 : (double) tokens / (tokens + other.tokens);
    double valued = values == 0 ? 0 : (double) values / (values + other.values);
    return new PpoStatistics(
        mix(mine, policyLoss, other.policyLoss),
        mix(valued, valueLoss, other.valueLoss),
        mix(mine, policyClipFraction, other.policyClipFraction),
        mix(valued, valueClipFraction, other.valueClipFraction),
        new ApproxKl(
            mix(mine, approxKl.k1, other.approxKl.k1),
            mix(mine, approxKl.k2, other.approxKl.k2),
            mix(mine, approxKl.k3, other.approxKl.k3)),
        mix(mine, ratio, other.ratio),
        mix(mine, entropy, other.entropy),
        tokens + other.tokens,
        values + other.values);
  }

  private static double mix(double share, double mine, double others) {
    return share * mine + (1 - share) * others;
  }
}
