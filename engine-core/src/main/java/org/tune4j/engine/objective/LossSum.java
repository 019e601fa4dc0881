package org.tune4j.engine.objective;

/**
 * A summed loss, never a mean: means of parts cannot be added up, sums can.
 *
 * @param sum of the losses of tokens, in nats, or of whatever else is judged
 * @param weight by what it is divided for the mean: how many it is the sum of, or what they weigh
 */
public record LossSum(double sum, double weight) {
  public static final LossSum NONE = new LossSum(0, 0);

  /** Both together. */
  public LossSum plus(LossSum other) {
    return new LossSum(sum + other.sum, weight + other.weight);
  }

  /** The mean; NaN of nothing. */
  public double mean() {
    return sum / weight;
  }
}
