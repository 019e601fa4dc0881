package org.tune4j.rlhf.preference;

import static org.tune4j.engine.Wanted.require;

import java.util.Collections;
import java.util.List;

/**
 * Settings of preference learning by pairs with a reference, with the names and defaults of TRL's
 * {@code DPOConfig}.
 *
 * @param beta how much it costs to leave the reference, above 0
 * @param lossType one loss, or several that are added up
 * @param lossWeights of these; empty for 1 each
 * @param labelSmoothing the share of judgements that are taken to be wrong, 0 to 0.5; refused where
 *     a loss would not see it
 * @param fDivergenceType how the policy is held to the reference
 * @param fAlphaDivergenceCoef of {@link FDivergence#ALPHA_DIVERGENCE}
 * @param discopopTau of {@link DpoLossType#DISCOPOP}, above 0
 * @param ldAlpha 0 to 1, what tokens beyond the shorter answer count (LD-DPO); null for 1
 * @param referenceFree whether every answer is as likely as every other to the reference
 */
public record DpoConfig(
    double beta,
    List<DpoLossType> lossType,
    List<Double> lossWeights,
    double labelSmoothing,
    FDivergence fDivergenceType,
    double fAlphaDivergenceCoef,
    double discopopTau,
    Double ldAlpha,
    boolean referenceFree) {
  /** TRL's values. */
  public static final DpoConfig DEFAULT = builder().build();

  public DpoConfig {
    lossType = List.copyOf(lossType);
    lossWeights = List.copyOf(lossWeights);
    require(beta > 0 && Double.isFinite(beta), "beta", "above 0", beta);
    require(!lossType.isEmpty(), "loss_type", "at least one", lossType);
    require(
        lossWeights.isEmpty() || lossWeights.size() == lossType.size(),
        "loss_weights",
        "one a loss_type",
        lossWeights);
    require(
        lossWeights.stream().allMatch(Double::isFinite), "loss_weights", "numbers", lossWeights);
    require(
        labelSmoothing >= 0 && labelSmoothing < 0.5,
        "label_smoothing",
        "at least 0 and below 0.5",
        labelSmoothing);
    require(
        Double.isFinite(fAlphaDivergenceCoef),
        "f_alpha_divergence_coef",
        "a number",
        fAlphaDivergenceCoef);
    require(
        discopopTau > 0 && Double.isFinite(discopopTau), "discopop_tau", "above 0", discopopTau);
    require(ldAlpha == null || ldAlpha >= 0 && ldAlpha <= 1, "ld_alpha", "0 to 1", ldAlpha);
    boolean compares = lossType.stream().anyMatch(type -> type != DpoLossType.SFT);
    require(
        compares || ldAlpha == null, "ld_alpha", "none, which sft alone does not look at", ldAlpha);
    require(
        compares || !referenceFree,
        "reference_free",
        "false, since sft alone has no reference",
        referenceFree);
    for (DpoLossType type : lossType) {
      require(
          labelSmoothing == 0 || type.smooths(),
          "label_smoothing",
          "0, which " + type.key() + " does not look at",
          labelSmoothing);
      require(
          labelSmoothing > 0 || type != DpoLossType.EXO_PAIR,
          "label_smoothing",
          "above 0 for exo_pair, which takes its logarithm",
          labelSmoothing);
      require(
          fDivergenceType == FDivergence.REVERSE_KL || type.diverges(),
          "f_divergence_type",
          "reverse_kl, since " + type.key() + " looks at no other",
          fDivergenceType);
    }
  }

  /**
   * Whether chosen tokens are all that is learned: then nothing is compared, with a reference or
   * with another answer.
   */
  public boolean isSftAlone() {
    return lossType.stream().allMatch(type -> type == DpoLossType.SFT);
  }

  /** The weight of each loss. */
  List<Double> weights() {
    return lossWeights.isEmpty() ? Collections.nCopies(lossType.size(), 1.0) : lossWeights;
  }

  /** The weight of a type. */
  double weight(DpoLossType type) {
    double sum = 0;
    for (int i = 0; i < lossType.size(); i++) {
      sum += lossType.get(i) == type ? weights().get(i) : 0;
    }
    return sum;
  }

  /** What an answer counts that the policy finds that much likelier than the reference. */
  double counts(double ratio) {
    return fDivergenceType.of(ratio, fAlphaDivergenceCoef);
  }

  double countsBy(double ratio) {
    return fDivergenceType.derivative(ratio, fAlphaDivergenceCoef);
  }

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from the defaults. */
  public static final class Builder {
    private double beta = 0.1;
    private List<DpoLossType> lossType = List.of(DpoLossType.SIGMOID);
    private List<Double> lossWeights = List.of();
    private double labelSmoothing;
    private FDivergence fDivergenceType = FDivergence.REVERSE_KL;
    private double fAlphaDivergenceCoef = 0.5;
    private double discopopTau = 0.05;
    private Double ldAlpha;
    private boolean referenceFree;

    private Builder() {}

    public Builder beta(double value) {
      beta = value;
      return this;
    }

    public Builder lossType(DpoLossType... values) {
      lossType = List.of(values);
      return this;
    }

    public Builder lossWeights(List<Double> values) {
      lossWeights = values;
      return this;
    }

    public Builder labelSmoothing(double value) {
      labelSmoothing = value;
      return this;
    }

    public Builder fDivergenceType(FDivergence value) {
      fDivergenceType = value;
      return this;
    }

    public Builder fAlphaDivergenceCoef(double value) {
      fAlphaDivergenceCoef = value;
      return this;
    }

    public Builder discopopTau(double value) {
      discopopTau = value;
      return this;
    }

    public Builder ldAlpha(Double value) {
      ldAlpha = value;
      return this;
    }

    public Builder referenceFree(boolean value) {
      referenceFree = value;
      return this;
    }

    public DpoConfig build() {
      return new DpoConfig(
          beta,
          lossType,
          lossWeights,
          labelSmoothing,
          fDivergenceType,
          fAlphaDivergenceCoef,
          discopopTau,
          ldAlpha,
          referenceFree);
    }
  }
}
