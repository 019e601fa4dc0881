package org.tune4j.rlhf.loss;

/**
 * What was seen of responses that were learned from. A ratio is one of a token, or of a response.
 *
 * @param loss of the mini-batches, as their sum
 * @param kl k3 of the policy from its reference, in nats, summed over tokens
 * @param entropy of the policy, in nats, summed over tokens
 * @param tokens how many there were
 * @param low ratios that were kept from being learned from for having fallen
 * @param high ratios that were kept from it for having risen
 * @param ratio sum of the ratios
 * @param ratios how many there were
 * @param lowMin smallest share of low ones in a response; infinite of nothing
 * @param highMax largest share of high ones in a response; minus infinite of nothing
 */
public record GrpoStatistics(
    double loss,
    double kl,
    double entropy,
    long tokens,
    long low,
    long high,
    double ratio,
    long ratios,
    double lowMin,
    double highMax) {
  /** Of nothing. */
  public static final GrpoStatistics NONE =
      new GrpoStatistics(
          0, 0, 0, 0, 0, 0, 0, 0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

  /** Both together. */
  public GrpoStatistics plus(GrpoStatistics other) {
    return new GrpoStatistics(
        loss + other.loss,
        kl + other.kl,
        entropy + other.entropy,
        tokens + other.tokens,
        low + other.low,
        high + other.high,
        ratio + other.ratio,
        ratios + other.ratios,
        Math.min(lowMin, other.lowMin),
        Math.max(highMax, other.highMax));
  }
}
