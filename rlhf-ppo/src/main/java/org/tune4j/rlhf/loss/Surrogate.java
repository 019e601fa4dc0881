package org.tune4j.rlhf.loss;

/**
 * What a policy learns of an action from its advantage: a loss of the ratio of its probability now
 * to that before the update. The ratio is that of a token, or of a whole response.
 */
public interface Surrogate {
  /** How a ratio was kept from being learned from. */
  enum Clip {
    NONE,
    /** It had fallen too far, for a negative advantage. */
    LOW,
    /** It had risen too far, for a positive advantage. */
    HIGH
  }

  /**
   * The loss.
   *
   * @param logRatio natural logarithm of the ratio
   * @param logProb of the token, where the loss is one of that
   */
  double of(double logRatio, double advantage, double logProb);

  /** What the loss changes by with the logarithm of the ratio. */
  double byLogRatio(double logRatio, double advantage);

  /** What the loss changes by with the token's log-probability besides. */
  double byLogProb(double logRatio, double advantage);

  /** Whether the ratio is out of bounds where that matters. */
  Clip clip(double logRatio, double advantage);
}
