package org.tune4j.rlhf.reward.model;

import org.tune4j.engine.ConfigException;

/**
 * What a reward model's numbers of two answers say, against the one that was chosen (Bradley and
 * Terry, 1952): {@code -log sigmoid(chosen - rejected - margin) + c (chosen + rejected)^2}.
 *
 * @param centerRewardsCoefficient c, which draws rewards to 0; 0 for not at all. Without it the
 *     loss does not change where all rewards change by the same number
 */
public record BradleyTerry(double centerRewardsCoefficient) {
  public BradleyTerry {
    if (!(centerRewardsCoefficient >= 0 && Double.isFinite(centerRewardsCoefficient))) {
      throw new ConfigException(
          "center_rewards_coefficient: wanted 0 or above, found " + centerRewardsCoefficient);
    }
  }

  /** The loss of a pair, in nats. */
  public double of(double chosen, double rejected, double margin) {
    double sum = chosen + rejected;
    return softplus(margin - (chosen - rejected)) + centerRewardsCoefficient * sum * sum;
  }

  /** The derivative of {@link #of} by the chosen one's reward. */
  public double byChosen(double chosen, double rejected, double margin) {
    return centring(chosen, rejected) - doubt(chosen, rejected, margin);
  }

  /** The derivative of {@link #of} by the rejected one's reward. */
  public double byRejected(double chosen, double rejected, double margin) {
    return centring(chosen, rejected) + doubt(chosen, rejected, margin);
  }

  private double centring(double chosen, double rejected) {
    return 2 * centerRewardsCoefficient * (chosen + rejected);
  }

  /** How probable the model finds it that the other one is better. */
  private static double doubt(double chosen, double rejected, double margin) {
    return 1 / (1 + Math.exp(chosen - rejected - margin));
  }

  /** {@code log(1 + e^x)}, without overflow. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
