package org.tune4j.rlhf.preference;

import static org.tune4j.engine.Wanted.require;

/**
 * Settings of preference learning by pairs without a reference, with the names and defaults of
 * TRL's {@code CPOConfig}, but for SimPO's {@code cpo_alpha}.
 *
 * @param beta what a difference counts, above 0
 * @param lossType which loss
 * @param labelSmoothing the share of judgements that are taken to be wrong, 0 to 0.5
 * @param cpoAlpha what the negative log-likelihood of chosen answers counts besides; null for 1,
 *     and 0 of {@link Type#SIMPO}, which has none
 * @param simpoGamma of {@link Type#SIMPO}: by how much a chosen answer is to win
 * @param alpha AlphaPO's (Gupta et al., 2025): a token's reward is {@code (1 - p^-alpha) / alpha};
 *     0 for {@code log p}
 */
public record CpoConfig(
    double beta,
    Type lossType,
    double labelSmoothing,
    Double cpoAlpha,
    double simpoGamma,
    double alpha) {
  /** TRL's values. */
  public static final CpoConfig DEFAULT = new CpoConfig(0.1, Type.SIGMOID, 0, null, 0.5, 0);

  /** Losses of pairs without a reference. */
  public enum Type {
    /** CPO (Xu et al., 2024). */
    SIGMOID,
    /** The same as a hinge. */
    HINGE,
    /** IPO's, by log-probabilities a token. */
    IPO,
    /** SimPO (Meng et al., 2024), by log-probabilities a token. */
    SIMPO;

    boolean isOfMeans() {
      return this == IPO || this == SIMPO;
    }
  }

  public CpoConfig {
    require(beta > 0 && Double.isFinite(beta), "beta", "above 0", beta);
    boolean smooths = lossType == Type.SIGMOID || lossType == Type.SIMPO;
    require(
        labelSmoothing == 0 || smooths && labelSmoothing > 0 && labelSmoothing < 0.5,
        "label_smoothing",
        smooths ? "at least 0 and below 0.5" : "0, which this loss_type does not look at",
        labelSmoothing);
    require(
        cpoAlpha == null || cpoAlpha >= 0 && Double.isFinite(cpoAlpha),
        "cpo_alpha",
        "0 or above",
        cpoAlpha);
    require(Double.isFinite(simpoGamma), "simpo_gamma", "a number", simpoGamma);
    require(Double.isFinite(alpha), "alpha", "a number", alpha);
  }

  /** The same with another loss and strength. */
  public static CpoConfig of(Type lossType, double beta) {
    return new CpoConfig(beta, lossType, 0, null, 0.5, 0);
  }

  /** What the likelihood counts. */
  double nllWeight() {
    return cpoAlpha != null ? cpoAlpha : lossType == Type.SIMPO ? 0 : 1;
  }
}
