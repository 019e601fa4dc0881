package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.advantage.ScorePlacement;
import org.tune4j.rlhf.ppo.PpoConfig;

/**
 * What {@code tune4j ppo} can be told: what sft can, as far as it has a meaning here, and what both
 * generations of TRL's {@code PPOConfig} call it.
 */
final class PpoSettings {
  private static final String PPO = "ppo";

  /** The target of the old form, which controls the coefficient unless told otherwise. */
  private static final double USUAL_TARGET = 6;

  /** The {@code target_kl} of the old form. */
  private static final double USUAL_TARGET_KL = 1;

  /** What sft knows nothing of, or means something else by. */
  static final List<Setting> OWN =
      List.of(
          new Setting(
              "critic",
              PolicySettings.MODELS,
              "DIR",
              "A critic that is a model of its own, trained along. Default: a head on the policy's"
                  + " vectors."),
          new Setting(
              "total_episodes", PPO, "N", "Responses of the whole run, in place of the epochs."),
          new Setting(
              "num_ppo_epochs", PPO, "N", "Passes over the responses of an update. Default 4."),
          new Setting("num_mini_batches", PPO, "N", "Optimizer steps of a pass. Default 1."),
          new Setting(
              "batch_size",
              PPO,
              "N",
              "Responses of an update, in place of --num-mini-batches: so many mini-batches of"
                  + " per_device_train_batch_size * gradient_accumulation_steps."),
          new Setting("response_length", PPO, "N", "The most tokens of a response. Default 53."),
          new Setting(
              "temperature", PPO, "X", "The policy's scores are divided by it. Default 0.7."),
          new Setting(
              "stop_token", PPO, "eos", "What ends a response: the end tokens of the model."),
          new Setting(
              "missing_eos_penalty",
              PPO,
              "X",
              "What a response that was cut loses of its score. Default 0."),
          new Setting(
              "kl_coef", PPO, "X", "What a nat of leaving the reference costs. Default 0.05."),
          new Setting(
              "adap_kl_ctrl",
              PPO,
              "true|false",
              "Let the coefficient seek the target. Default: where that is given."),
          new Setting(
              "target",
              PPO,
              "X",
              "Nats of divergence a response that the coefficient seeks. Default 6 with"
                  + " --adap-kl-ctrl."),
          new Setting(
              "horizon",
              PPO,
              "N",
              "Responses in which an error of 1 doubles the coefficient. Default 10000."),
          new Setting(
              "kl_estimator",
              PPO,
              "k1|k2|k3",
              "How the divergence of a token is told (Schulman); kl is k1, mse is k2. Default k1."),
          new Setting("gamma", PPO, "X", "Discount of later rewards. Default 1."),
          new Setting("lam", PPO, "X", "Of generalised advantage estimation. Default 0.95."),
          new Setting(
              "cliprange", PPO, "X", "How far a probability may change in an update. Default 0.2."),
          new Setting(
              "cliprange_value", PPO, "X", "How far a value may change in an update. Default 0.2."),
          new Setting(
              "vf_coef", PPO, "X", "What the critic's loss is multiplied with. Default 0.1."),
          new Setting("entropy_coef", PPO, "X", "What a nat of entropy is worth. Default 0."),
          new Setting("whiten_rewards", PPO, null, "Bring rewards to variance 1."),
          new Setting(
              "use_score_scaling", PPO, null, "Divide scores by the deviation of all so far."),
          new Setting(
              "use_score_norm", PPO, null, "Take their mean off before; with --use-score-scaling."),
          new Setting("score_clip", PPO, "X", "The largest score either way. Default: none."),
          new Setting(
              "score_placement",
              PPO,
              "last_token|after_last_token",
              "Where the score stands: TRL's is after the last token. Default last_token."),
          new Setting(
              "value_warmup_updates",
              PPO,
              "N",
              "In so many first updates the critic alone learns. Default 0."),
          new Setting(
              "early_stopping",
              PPO,
              "true|false",
              "End an update that goes too far from where it began. Default: where target_kl is"
                  + " given."),
          new Setting(
              "target_kl",
              PPO,
              "X",
              "Too far is 1.5 times so many nats a token. Default 1 with early_stopping."));

  static final List<Setting> TABLE = PolicySettings.table(List.of(), OWN);

  private PpoSettings() {}

  /** What is ordered. */
  static PpoMethod method(Settings settings, TrainConfig train) {
    return new PpoMethod(config(settings, train), settings.path("critic"));
  }

  /** What PPO is told besides what every run is told. */
  static PpoConfig config(Settings settings, TrainConfig train) {
    PpoConfig.Builder ppo = PpoConfig.builder();
    settings.whole("total_episodes", ppo::totalEpisodes);
    settings.integer("num_ppo_epochs", ppo::numPpoEpochs);
    settings.integer("num_mini_batches", ppo::numMiniBatches);
    batchSize(settings, train, ppo);
    settings.integer("response_length", ppo::responseLength);
    settings.number("temperature", ppo::temperature);
    settings.choice("stop_token", Map.of("eos", true), eos -> {});
    settings.number("missing_eos_penalty", ppo::missingEosPenalty);
    settings.number("kl_coef", ppo::klCoef);
    optional(settings, "adap_kl_ctrl", "target", USUAL_TARGET, ppo::target);
    settings.number("horizon", ppo::horizon);
    settings.choice(
        "kl_estimator",
        Map.of(
            "k1", KlEstimator.K1,
            "k2", KlEstimator.K2,
            "k3", KlEstimator.K3,
            "kl", KlEstimator.K1,
            "mse", KlEstimator.K2),
        ppo::klEstimator);
    settings.number("gamma", ppo::gamma);
    settings.number("lam", ppo::lam);
    settings.number("cliprange", ppo::cliprange);
    settings.number("cliprange_value", ppo::cliprangeValue);
    settings.number("vf_coef", ppo::vfCoef);
    settings.number("entropy_coef", ppo::entropyCoef);
    settings.flag("whiten_rewards", ppo::whitenRewards);
    settings.flag("use_score_scaling", ppo::useScoreScaling);
    settings.flag("use_score_norm", ppo::useScoreNorm);
    settings.number("score_clip", ppo::scoreClip);
    settings.choice("score_placement", ScorePlacement.class, ppo::scorePlacement);
    settings.integer("value_warmup_updates", ppo::valueWarmupUpdates);
    optional(settings, "early_stopping", "target_kl", USUAL_TARGET_KL, ppo::targetKl);
    PpoConfig config = ppo.build();
    if (settings.has("horizon") && config.target() == null) {
      throw new ConfigException(
          "horizon needs target or adap_kl_ctrl, which seek by it"
              + (settings.has("adap_kl_ctrl") ? "; adap_kl_ctrl is false" : ""));
    }
    return config;
  }

  /** A number that a flag switches: on by being given, with the usual value, or off. */
  private static void optional(
      Settings settings, String flag, String name, double usual, Consumer<Double> use) {
    Double[] value = {settings.flag(flag) ? usual : null};
    settings.number(name, given -> value[0] = given);
    if (settings.has(flag) && !settings.flag(flag)) {
      value[0] = null; // As TRL's old form has it, where the number is always there.
    }
    use.accept(value[0]);
  }

  private static void batchSize(Settings settings, TrainConfig train, PpoConfig.Builder ppo) {
    int miniBatch = train.perDeviceTrainBatchSize() * train.gradientAccumulationSteps();
    settings.integer(
        "batch_size",
        size -> {
          if (settings.has("num_mini_batches")) {
            throw new ConfigException("batch_size and num_mini_batches set the same; keep one");
          }
          if (size <= 0 || size % miniBatch != 0) {
            throw new ConfigException(
                "batch_size: wanted a multiple of per_device_train_batch_size * gradient_accumulation_steps = %d, found %d"
                    .formatted(miniBatch, size));
          }
          ppo.numMiniBatches(size / miniBatch);
        });
  }

  /** As a configuration file has it. */
  static Map<String, Object> resolved(PpoConfig ppo) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("total_episodes", ppo.totalEpisodes());
    values.put("num_ppo_epochs", ppo.numPpoEpochs());
    values.put("num_mini_batches", ppo.numMiniBatches());
    values.put("response_length", ppo.responseLength());
    values.put("temperature", ppo.temperature());
    values.put("missing_eos_penalty", ppo.missingEosPenalty());
    values.put("kl_coef", ppo.klCoef());
    values.put("target", ppo.target());
    values.put("horizon", ppo.target() == null ? null : ppo.horizon());
    values.put("kl_estimator", ppo.klEstimator().name().toLowerCase(Locale.ROOT));
    values.put("gamma", ppo.gamma());
    values.put("lam", ppo.lam());
    values.put("cliprange", ppo.cliprange());
    values.put("cliprange_value", ppo.cliprangeValue());
    values.put("vf_coef", ppo.vfCoef());
    values.put("entropy_coef", ppo.entropyCoef());
    values.put("whiten_rewards", ppo.whitenRewards());
    values.put("use_score_scaling", ppo.useScoreScaling());
    values.put("use_score_norm", ppo.useScoreNorm());
    values.put("score_clip", ppo.scoreClip());
    values.put("score_placement", ppo.scorePlacement().name().toLowerCase(Locale.ROOT));
    values.put("value_warmup_updates", ppo.valueWarmupUpdates());
    values.put("target_kl", ppo.targetKl());
    values.values().removeIf(value -> value == null);
    return values;
  }
}
