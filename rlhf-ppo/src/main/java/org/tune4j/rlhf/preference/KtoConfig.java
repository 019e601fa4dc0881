package org.tune4j.rlhf.preference;

import org.tune4j.engine.ConfigException;

/**
 * Settings of learning from answers that were judged alone, with the names and defaults of TRL's
 * {@code KTOConfig}.
 *
 * @param lossType which loss
 * @param beta how much it costs to leave the reference, above 0
 * @param desirableWeight what a good answer counts, at least 0
 * @param undesirableWeight what a bad one counts, at least 0
 */
public record KtoConfig(
    Type lossType, double beta, double desirableWeight, double undesirableWeight) {
  /** TRL's values. */
  public static final KtoConfig DEFAULT = new KtoConfig(Type.KTO, 0.1, 1, 1);

  /** Losses of single answers. */
  public enum Type {
    /** KTO (Ethayarajh et al., 2024). */
    KTO,
    /** APO-zero without pairs (D'Oosterlinck et al., 2024): KTO where the divergence is 0. */
    APO_ZERO_UNPAIRED
  }

  public KtoConfig {
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new ConfigException("beta: wanted above 0, found " + beta);
    }
    requireWeight("desirable_weight", desirableWeight);
    requireWeight("undesirable_weight", undesirableWeight);
  }

  private static void requireWeight(String key, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new ConfigException(key + ": wanted 0 or above, found " + value);
    }
  }
}
