package org.tune4j.engine.objective;

/**
 * A summed loss, never a mean: means of parts cannot be added up, sums can.
 *
 * @param sum of the token losses, in nats
 * @param tokens how many tokens it is the sum of
 */
public record LossSum(double sum, long tokens) {
  public static final LossSum NONE = new LossSum(0, 0);

  /** Both together. */
  public LossSum plus(LossSum other) {
    return new LossSum(sum + other.sum, tokens + other.tokens);
  }

  /** The mean over tokens; NaN of nothing. */
  public double mean() {
    return sum / tokens;
  }
}
