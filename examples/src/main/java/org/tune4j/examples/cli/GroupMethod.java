package org.tune4j.examples.cli;

import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.grpo.CriticFreeConfig;
import org.tune4j.rlhf.grpo.GrpoTrainer;
import org.tune4j.rlhf.ppo.Sampling;

/** A method without a critic, which holds answers to the same prompt against each other. */
record GroupMethod(String name, CriticFreeConfig config, Map<String, Object> resolved)
    implements PolicyMethod {
  @Override
  public Sampling sampling(TrainConfig train) {
    return config.sampling(train);
  }

  @Override
  public GrpoTrainer trainer(PolicyModels models, Tokenizer tokenizer, TrainConfig train) {
    return new GrpoTrainer(models.base(), tokenizer, models.policy(), train, config);
  }

  @Override
  public String told(Map<String, Double> update) {
    return String.format(
        Locale.ROOT,
        "reward %.3f±%.3f, %.0f%% of groups alike%s  entropy %.2f  length %.1f",
        update.get("reward"),
        update.get("reward_std"),
        100 * update.get("frac_reward_zero_std"),
        update.containsKey("kl") ? String.format(Locale.ROOT, "  kl %.4f", update.get("kl")) : "",
        update.get("entropy"),
        update.get("completions/mean_length"));
  }
}
