package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.ppo.RolloutTrainer;
import org.tune4j.rlhf.ppo.Sampling;

/** By what a policy learns from rewards, as it was ordered. */
interface PolicyMethod {
  /** The command, and the group of its settings in a file. */
  String name();

  /** How the policy is asked. */
  Sampling sampling(TrainConfig train);

  /** What trains it, not yet told of prompts and files. */
  RolloutTrainer<?> trainer(PolicyModels models, Tokenizer tokenizer, TrainConfig train);

  /** Its settings, as a configuration file has them. */
  Map<String, Object> resolved();

  /** What is said of an update: reward, divergence, entropy, length. */
  String told(Map<String, Double> update);

  /** The folder of a critic that is a model of its own. */
  default Optional<Path> critic() {
    return Optional.empty();
  }

  /** What is trained besides the policy and that model. */
  default List<Trainable> head(Architecture policy) {
    return List.of();
  }
}
