package org.tune4j.examples.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.advantage.RewardScale;
import org.tune4j.rlhf.grpo.GrpoConfig;
import org.tune4j.rlhf.grpo.LossType;
import org.tune4j.rlhf.grpo.SamplerCorrection;
import org.tune4j.rlhf.loss.RatioLevel;

/** What {@code tune4j grpo} can be told, by the names and with the defaults of TRL's. */
final class GrpoSettings {
  private static final String GRPO = "grpo";

  private static final Map<String, RatioLevel> LEVELS =
      Map.of("token", RatioLevel.TOKEN, "sequence", RatioLevel.SEQUENCE);

  private static final Map<String, RewardScale> SCALES =
      Map.of(
          "group", RewardScale.GROUP,
          "batch", RewardScale.BATCH,
          "none", RewardScale.NONE,
          "true", RewardScale.GROUP,
          "false", RewardScale.NONE);

  /** What sft knows nothing of, or means something else by. */
  static final List<Setting> OWN =
      Stream.concat(
              GroupSettings.generation(GRPO, 8).stream(),
              Stream.of(
                  new Setting(
                      "epsilon_high",
                      GRPO,
                      "X",
                      "How far it may rise; of cispo, the largest ratio. Default: as far."),
                  new Setting(
                      "delta",
                      GRPO,
                      "X",
                      "The largest ratio whatever the advantage. Default: none."),
                  new Setting(
                      "beta",
                      GRPO,
                      "X",
                      "What a nat of leaving the reference costs in the loss. Default 0: nothing,"
                          + " and no reference is asked."),
                  new Setting(
                      "use_bias_correction_kl",
                      GRPO,
                      "true|false",
                      "Multiply that with the ratio. Default true."),
                  new Setting(
                      "entropy_coef",
                      GRPO,
                      "X",
                      "What a nat of entropy is worth, in the mean over the tokens of a step."
                          + " Default 0."),
                  new Setting(
                      "loss_type",
                      GRPO,
                      "grpo|bnpo|dr_grpo|dapo|cispo|sapo|luspo|vespo",
                      "The loss of a token, and how those of a step are brought together. Default"
                          + " dapo."),
                  new Setting(
                      "importance_sampling_level",
                      GRPO,
                      "token|sequence",
                      "Of what the ratios are; sequence is GSPO's. Default token."),
                  new Setting(
                      "scale_rewards",
                      GRPO,
                      "group|batch|none",
                      "Divide rewards by the deviation of their group (default), of the update, or"
                          + " by nothing."),
                  new Setting(
                      "sapo_temperature_pos",
                      GRPO,
                      "X",
                      "Of sapo, for positive advantages. Default 1."),
                  new Setting(
                      "sapo_temperature_neg", GRPO, "X", "Of sapo, for the others. Default 1.05."),
                  new Setting(
                      "vespo_k_pos",
                      GRPO,
                      "X",
                      "Of vespo, for advantages that are not negative. Default 2."),
                  new Setting("vespo_lambda_pos", GRPO, "X", "Of vespo, for them. Default 3."),
                  new Setting(
                      "vespo_k_neg", GRPO, "X", "Of vespo, for negative advantages. Default 3."),
                  new Setting("vespo_lambda_neg", GRPO, "X", "Of vespo, for them. Default 2."),
                  new Setting(
                      "importance_sampling_mode",
                      GRPO,
                      "none|token_truncate|token_mask|sequence_truncate|sequence_mask",
                      "How answers are weighed by the ratio of the policy's probability to that of"
                          + " the sampler; at temperature 1. Default none."),
                  new Setting(
                      "importance_sampling_clip_max",
                      GRPO,
                      "X",
                      "The largest such weight; Infinity for none. Default 3."),
                  new Setting(
                      "importance_sampling_clip_min", GRPO, "X", "The smallest. Default: none.")))
          .toList();

  static final List<Setting> TABLE = PolicySettings.table(GroupSettings.OTHER, OWN);

  private GrpoSettings() {}

  /** What GRPO is told besides what every run is told. */
  static GrpoConfig config(Settings settings, TrainConfig train) {
    GrpoConfig.Builder grpo = GrpoConfig.builder();
    GroupSettings.order(settings, train, grpo);
    settings.number("epsilon", grpo::epsilon);
    settings.number("epsilon_high", grpo::epsilonHigh);
    settings.number("delta", grpo::delta);
    settings.number("beta", grpo::beta);
    settings.flag("use_bias_correction_kl", grpo::useBiasCorrectionKl);
    settings.number("entropy_coef", grpo::entropyCoef);
    settings.choice("loss_type", LossType.class, grpo::lossType);
    settings.choice("importance_sampling_level", LEVELS, grpo::importanceSamplingLevel);
    settings.choice("scale_rewards", SCALES, grpo::scaleRewards);
    settings.number("sapo_temperature_pos", grpo::sapoTemperaturePos);
    settings.number("sapo_temperature_neg", grpo::sapoTemperatureNeg);
    settings.number("vespo_k_pos", grpo::vespoKPos);
    settings.number("vespo_lambda_pos", grpo::vespoLambdaPos);
    settings.number("vespo_k_neg", grpo::vespoKNeg);
    settings.number("vespo_lambda_neg", grpo::vespoLambdaNeg);
    settings.choice(
        "importance_sampling_mode", SamplerCorrection.Mode.class, grpo::importanceSamplingMode);
    settings.number("importance_sampling_clip_max", grpo::importanceSamplingClipMax);
    settings.number("importance_sampling_clip_min", grpo::importanceSamplingClipMin);
    return grpo.build();
  }

  /** What is ordered. */
  static GroupMethod method(Settings settings, TrainConfig train) {
    GrpoConfig grpo = config(settings, train);
    return new GroupMethod(GRPO, grpo, resolved(grpo));
  }

  /** As a configuration file has it. */
  private static Map<String, Object> resolved(GrpoConfig grpo) {
    Map<String, Object> values = GroupSettings.resolved(grpo.generation());
    values.put("epsilon", grpo.epsilon());
    values.put("epsilon_high", grpo.epsilonHigh());
    values.put("delta", grpo.delta());
    values.put("beta", grpo.beta());
    values.put("use_bias_correction_kl", grpo.useBiasCorrectionKl());
    values.put("entropy_coef", grpo.entropyCoef());
    values.put("loss_type", lower(grpo.lossType()));
    values.put("importance_sampling_level", lower(grpo.importanceSamplingLevel()));
    values.put("scale_rewards", lower(grpo.scaleRewards()));
    values.put("sapo_temperature_pos", grpo.sapoTemperaturePos());
    values.put("sapo_temperature_neg", grpo.sapoTemperatureNeg());
    values.put("vespo_k_pos", grpo.vespoKPos());
    values.put("vespo_lambda_pos", grpo.vespoLambdaPos());
    values.put("vespo_k_neg", grpo.vespoKNeg());
    values.put("vespo_lambda_neg", grpo.vespoLambdaNeg());
    values.put("importance_sampling_mode", lower(grpo.importanceSamplingMode()));
    values.put("importance_sampling_clip_max", grpo.importanceSamplingClipMax());
    values.put("importance_sampling_clip_min", grpo.importanceSamplingClipMin());
    values.values().removeIf(value -> value == null);
    return values;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
