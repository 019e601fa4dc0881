package org.tune4j.rlhf.grpo;

import static org.tune4j.engine.Wanted.isAtLeastZero;
import static org.tune4j.engine.Wanted.isPositive;
import static org.tune4j.engine.Wanted.require;

import java.util.List;
import java.util.Objects;
import org.tune4j.rlhf.advantage.GroupAdvantages;
import org.tune4j.rlhf.advantage.RewardScale;
import org.tune4j.rlhf.loss.CispoSurrogate;
import org.tune4j.rlhf.loss.ClippedSurrogate;
import org.tune4j.rlhf.loss.RatioLevel;
import org.tune4j.rlhf.loss.ResponseLoss;
import org.tune4j.rlhf.loss.SapoSurrogate;
import org.tune4j.rlhf.loss.Surrogate;
import org.tune4j.rlhf.loss.VespoSurrogate;

/**
 * What group relative policy optimisation is told besides what every run is told, by the names and
 * with the defaults of TRL's {@code GRPOConfig}.
 *
 * @param generation how the policy is asked
 * @param beta what a nat of leaving the reference costs in the loss (k3); 0 for no reference
 * @param useBiasCorrectionKl whether that is multiplied with the ratio
 * @param entropyCoef what a nat of entropy is worth, in the mean over the tokens of a step
 * @param epsilon how far a probability may fall in an update, as a share
 * @param epsilonHigh how far it may rise; null for as far. Of {@code cispo}, the largest ratio
 * @param delta the largest ratio whatever the advantage; null for none
 * @param lossType the loss of a token, and how those of a mini-batch are brought together
 * @param importanceSamplingLevel whether ratios are of tokens, or of responses (GSPO)
 * @param scaleRewards by what rewards are divided
 * @param sapoTemperaturePos of {@code sapo}, for positive advantages
 * @param sapoTemperatureNeg of {@code sapo}, for the others
 * @param vespoKPos of {@code vespo}, for advantages that are not negative
 * @param vespoLambdaPos of {@code vespo}, for them
 * @param vespoKNeg of {@code vespo}, for negative ones
 * @param vespoLambdaNeg of {@code vespo}, for them
 * @param importanceSamplingMode how answers of a sampler that is not quite the policy are weighed
 * @param importanceSamplingClipMax the largest such weight; null for none
 * @param importanceSamplingClipMin the smallest one; null for none
 */
public record GrpoConfig(
    GenerationSettings generation,
    double beta,
    boolean useBiasCorrectionKl,
    double entropyCoef,
    double epsilon,
    Double epsilonHigh,
    Double delta,
    LossType lossType,
    RatioLevel importanceSamplingLevel,
    RewardScale scaleRewards,
    double sapoTemperaturePos,
    double sapoTemperatureNeg,
    double vespoKPos,
    double vespoLambdaPos,
    double vespoKNeg,
    double vespoLambdaNeg,
    SamplerCorrection.Mode importanceSamplingMode,
    Double importanceSamplingClipMax,
    Double importanceSamplingClipMin)
    implements CriticFreeConfig {
  private static final double EPSILON = 0.2;
  private static final double SAPO_TEMPERATURE_POS = 1;
  private static final double SAPO_TEMPERATURE_NEG = 1.05;

  /** Of {@code vespo}: k and lambda for advantages that are not negative, and for negative ones. */
  private static final List<Double> VESPO = List.of(2.0, 3.0, 3.0, 2.0);

  private static final double CLIP_MAX = 3;

  /** Refuses what nothing reads, besides what is out of bounds. */
  public GrpoConfig {
    require(isAtLeastZero(beta), "beta", "at least 0", beta);
    require(isAtLeastZero(entropyCoef), "entropy_coef", "at least 0", entropyCoef);
    require(isPositive(epsilon), "epsilon", "above 0", epsilon);
    require(epsilonHigh == null || isPositive(epsilonHigh), "epsilon_high", "above 0", epsilonHigh);
    require(delta == null || isPositive(delta), "delta", "above 0", delta);
    require(
        delta == null || lossType.isClipped(), "delta", "a loss_type that is clipped", lossType);
    require(
        lossType.isClipped() || epsilon == EPSILON,
        "epsilon",
        "a loss_type that is clipped",
        lossType);
    require(
        lossType.isClipped() || lossType == LossType.CISPO || epsilonHigh == null,
        "epsilon_high",
        "a loss_type that is clipped, or cispo",
        lossType);
    require(
        lossType == LossType.SAPO
            || sapoTemperaturePos == SAPO_TEMPERATURE_POS
                && sapoTemperatureNeg == SAPO_TEMPERATURE_NEG,
        "sapo_temperature_pos and sapo_temperature_neg",
        "loss_type sapo",
        lossType);
    require(
        lossType == LossType.VESPO
            || List.of(vespoKPos, vespoLambdaPos, vespoKNeg, vespoLambdaNeg).equals(VESPO),
        "vespo_k_pos, vespo_lambda_pos, vespo_k_neg and vespo_lambda_neg",
        "loss_type vespo",
        lossType);
    require(
        lossType != LossType.CISPO || epsilonHigh != null,
        "epsilon_high",
        "the largest ratio of cispo, as 5",
        epsilonHigh);
    require(
        importanceSamplingLevel != RatioLevel.SEQUENCE_PRODUCT,
        "importance_sampling_level",
        "TOKEN or SEQUENCE",
        importanceSamplingLevel);
    require(
        lossType != LossType.VESPO || importanceSamplingLevel == RatioLevel.TOKEN,
        "importance_sampling_level",
        "TOKEN with vespo, whose ratio is its own",
        importanceSamplingLevel);
    require(isPositive(sapoTemperaturePos), "sapo_temperature_pos", "above 0", sapoTemperaturePos);
    require(isPositive(sapoTemperatureNeg), "sapo_temperature_neg", "above 0", sapoTemperatureNeg);
    require(isAtLeastZero(vespoKPos), "vespo_k_pos", "at least 0", vespoKPos);
    require(isPositive(vespoLambdaPos), "vespo_lambda_pos", "above 0", vespoLambdaPos);
    require(isAtLeastZero(vespoKNeg), "vespo_k_neg", "at least 0", vespoKNeg);
    require(isPositive(vespoLambdaNeg), "vespo_lambda_neg", "above 0", vespoLambdaNeg);
    require(
        generation.numGenerations() > 1, "num_generations", "above 1", generation.numGenerations());
    boolean corrects = importanceSamplingMode != SamplerCorrection.Mode.NONE;
    require(
        corrects
            || importanceSamplingClipMin == null
                && Objects.equals(importanceSamplingClipMax, CLIP_MAX),
        "importance_sampling_clip_max and importance_sampling_clip_min",
        "an importance_sampling_mode",
        importanceSamplingMode);
    require(
        !corrects || generation.temperature() == 1,
        "importance_sampling_mode",
        "NONE where temperature is not 1, at which the sampler tells its probabilities",
        importanceSamplingMode);
    require(
        !corrects || lossType != LossType.VESPO,
        "importance_sampling_mode",
        "NONE with vespo",
        importanceSamplingMode);
    require(
        importanceSamplingClipMax == null || importanceSamplingClipMax > 0,
        "importance_sampling_clip_max",
        "above 0",
        importanceSamplingClipMax);
    double least = importanceSamplingClipMin == null ? 0 : importanceSamplingClipMin;
    double most =
        importanceSamplingClipMax == null ? Double.POSITIVE_INFINITY : importanceSamplingClipMax;
    require(
        least >= 0 && least < most,
        "importance_sampling_clip_min",
        "at least 0 and below importance_sampling_clip_max " + most,
        importanceSamplingClipMin);
  }

  @Override
  public CriticFreeMethod method() {
    RatioLevel level =
        lossType == LossType.VESPO ? RatioLevel.SEQUENCE_PRODUCT : importanceSamplingLevel;
    return new CriticFreeMethod(
        (looked, scores, greedy) ->
            Advantages.ofResponses(
                looked, GroupAdvantages.ofMean(scores, generation.numGenerations(), scaleRewards)),
        new ResponseLoss(surrogate(), level, beta, useBiasCorrectionKl),
        lossType.normaliser(),
        false,
        beta > 0,
        entropyCoef,
        new SamplerCorrection(
            importanceSamplingMode,
            importanceSamplingClipMax == null
                ? Double.POSITIVE_INFINITY
                : importanceSamplingClipMax,
            importanceSamplingClipMin == null ? 0 : importanceSamplingClipMin));
  }

  private Surrogate surrogate() {
    return switch (lossType) {
      case CISPO -> new CispoSurrogate(epsilonHigh);
      case SAPO -> new SapoSurrogate(sapoTemperaturePos, sapoTemperatureNeg);
      case VESPO -> new VespoSurrogate(vespoKPos, vespoLambdaPos, vespoKNeg, vespoLambdaNeg);
      default ->
          new ClippedSurrogate(
              epsilon,
              epsilonHigh == null ? epsilon : epsilonHigh,
              delta == null ? Double.POSITIVE_INFINITY : delta);
    };
  }

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from the defaults. */
  public static final class Builder extends GenerationSettings.Builder<Builder> {
    private double beta;
    private boolean useBiasCorrectionKl = true;
    private double entropyCoef;
    private double epsilon = EPSILON;
    private Double epsilonHigh;
    private Double delta;
    private LossType lossType = LossType.DAPO;
    private RatioLevel importanceSamplingLevel = RatioLevel.TOKEN;
    private RewardScale scaleRewards = RewardScale.GROUP;
    private double sapoTemperaturePos = SAPO_TEMPERATURE_POS;
    private double sapoTemperatureNeg = SAPO_TEMPERATURE_NEG;
    private double vespoKPos = VESPO.get(0);
    private double vespoLambdaPos = VESPO.get(1);
    private double vespoKNeg = VESPO.get(2);
    private double vespoLambdaNeg = VESPO.get(3);
    private SamplerCorrection.Mode importanceSamplingMode = SamplerCorrection.Mode.NONE;
    private Double importanceSamplingClipMax = CLIP_MAX;
    private Double importanceSamplingClipMin;

    private Builder() {
      super(8);
    }

    @Override
    Builder self() {
      return this;
    }

    public Builder beta(double value) {
      beta = value;
      return this;
    }

    public Builder useBiasCorrectionKl(boolean value) {
      useBiasCorrectionKl = value;
      return this;
    }

    public Builder entropyCoef(double value) {
      entropyCoef = value;
      return this;
    }

    public Builder epsilon(double value) {
      epsilon = value;
      return this;
    }

    public Builder epsilonHigh(Double value) {
      epsilonHigh = value;
      return this;
    }

    public Builder delta(Double value) {
      delta = value;
      return this;
    }

    public Builder lossType(LossType value) {
      lossType = value;
      return this;
    }

    public Builder importanceSamplingLevel(RatioLevel value) {
      importanceSamplingLevel = value;
      return this;
    }

    public Builder scaleRewards(RewardScale value) {
      scaleRewards = value;
      return this;
    }

    public Builder sapoTemperaturePos(double value) {
      sapoTemperaturePos = value;
      return this;
    }

    public Builder sapoTemperatureNeg(double value) {
      sapoTemperatureNeg = value;
      return this;
    }

    public Builder vespoKPos(double value) {
      vespoKPos = value;
      return this;
    }

    public Builder vespoLambdaPos(double value) {
      vespoLambdaPos = value;
      return this;
    }

    public Builder vespoKNeg(double value) {
      vespoKNeg = value;
      return this;
    }

    public Builder vespoLambdaNeg(double value) {
      vespoLambdaNeg = value;
      return this;
    }

    public Builder importanceSamplingMode(SamplerCorrection.Mode value) {
      importanceSamplingMode = value;
      return this;
    }

    public Builder importanceSamplingClipMax(Double value) {
      importanceSamplingClipMax = value;
      return this;
    }

    public Builder importanceSamplingClipMin(Double value) {
      importanceSamplingClipMin = value;
      return this;
    }

    public GrpoConfig build() {
      return new GrpoConfig(
          generation(),
          beta,
          useBiasCorrectionKl,
          entropyCoef,
          epsilon,
          epsilonHigh,
          delta,
          lossType,
          importanceSamplingLevel,
          scaleRewards,
          sapoTemperaturePos,
          sapoTemperatureNeg,
          vespoKPos,
          vespoLambdaPos,
          vespoKNeg,
          vespoLambdaNeg,
          importanceSamplingMode,
          importanceSamplingClipMax,
          importanceSamplingClipMin);
    }
  }
}
