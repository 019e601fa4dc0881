package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.policy.ValueHead;
import org.tune4j.rlhf.ppo.PpoConfig;
import org.tune4j.rlhf.ppo.PpoTrainer;
import org.tune4j.rlhf.ppo.Sampling;

/**
 * Proximal policy optimisation.
 *
 * @param critic one of its own
 */
record PpoMethod(PpoConfig config, Optional<Path> critic) implements PolicyMethod {
  @Override
  public String name() {
    return "ppo";
  }

  @Override
  public Sampling sampling(TrainConfig train) {
    return config.sampling(train);
  }

  @Override
  public PpoTrainer trainer(PolicyModels models, Tokenizer tokenizer, TrainConfig train) {
    PpoTrainer trainer = new PpoTrainer(models.base(), tokenizer, models.policy(), train, config);
    critic.ifPresent(folder -> trainer.critic(models.critic(folder), folder));
    return trainer;
  }

  @Override
  public Map<String, Object> resolved() {
    return PpoSettings.resolved(config);
  }

  @Override
  public String told(Map<String, Double> update) {
    return String.format(
        Locale.ROOT,
        "reward %.3f±%.3f  kl %.3f × %.3f  entropy %.2f  length %.1f",
        update.get("objective/scores"),
        update.get("objective/scores_std"),
        update.get("objective/kl"),
        update.get("objective/kl_coef"),
        update.get("objective/entropy"),
        update.get("rollout/length"));
  }

  @Override
  public List<Trainable> head(Architecture policy) {
    return critic.isPresent() ? List.of() : ValueHead.trainables(policy);
  }
}
