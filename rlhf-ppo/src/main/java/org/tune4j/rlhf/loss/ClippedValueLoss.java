package org.tune4j.rlhf.loss;

/**
 * PPO's clipped loss of a value: {@code max((v - R)^2, (clip(v, old - c, old + c) - R)^2) / 2}.
 *
 * @param cliprangeValue c
 */
public record ClippedValueLoss(double cliprangeValue) {
  /** The loss. */
  public double of(double value, double old, double wanted) {
    return Math.max(square(value - wanted), square(clipped(value, old) - wanted)) / 2;
  }

  /** What the loss changes by with the value. */
  public double gradient(double value, double old, double wanted) {
    return isClipped(value, old, wanted) ? 0 : value - wanted;
  }

  /** Whether the bound is the larger one, so that nothing is learned. */
  public boolean isClipped(double value, double old, double wanted) {
    return square(clipped(value, old) - wanted) > square(value - wanted);
  }

  private double clipped(double value, double old) {
    return Math.max(old - cliprangeValue, Math.min(old + cliprangeValue, value));
  }

  private static double square(double x) {
    return x * x;
  }
}
