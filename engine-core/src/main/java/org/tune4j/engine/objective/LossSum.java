package org.tune4j.engine.objective;

/**
 * A summed loss, never a mean: means of parts cannot be added up, sums can.
 *
 * @param sum of the losses of tokens, in nats, or of whatever else is judged
 * @param weight by what it is divided for the mean: how many it is the sum of, or what they weigh
 * @param router the load-balancing loss of routers times {@code weight}, without its coefficient; 0
 *     where there is none
 */
public record LossSum(double sum, double weight, double router) {
  public static final LossSum NONE = new LossSum(0, 0);

  /** A loss in which routers have no part. */
  public LossSum(double sum, double weight) {
    this(sum, weight, 0);
  }

  /** Both together. */
  public LossSum plus(LossSum other) {
    return new LossSum(sum + other.sum, weight + other.weight, router + other.router);
  }

  /** The mean; NaN of nothing. */
  public double mean() {
    return sum / weight;
  }
}
