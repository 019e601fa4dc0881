package org.tune4j.rlhf.grpo;

import org.tune4j.engine.ConfigException;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.ppo.MicroBatches;
import org.tune4j.rlhf.ppo.Sampling;
import org.tune4j.rlhf.rollout.AnswerLimit;

/** A way of learning from rewards without a critic: what {@link GrpoTrainer} is told. */
public sealed interface CriticFreeConfig permits GrpoConfig, RlooConfig, ReinforceConfig {
  /** How the policy is asked. */
  GenerationSettings generation();

  /** What is made of it. */
  CriticFreeMethod method();

  /**
   * How the policy is asked in a run that trains so.
   *
   * @throws ConfigException if an update is no whole number of groups
   */
  default Sampling sampling(TrainConfig train) {
    GenerationSettings settings = generation();
    MicroBatches microBatches = settings.microBatches(train);
    int rollouts = train.perDeviceTrainBatchSize() * microBatches.count();
    if (rollouts % settings.numGenerations() != 0) {
      throw new ConfigException(
          "num_generations: wanted a divisor of the %d answers of an update (per_device_train_batch_size * steps_per_generation), found %d"
              .formatted(rollouts, settings.numGenerations()));
    }
    return new Sampling(
        rollouts,
        microBatches.allSteps(),
        settings.numGenerations(),
        new AnswerLimit("max_completion_length", settings.maxCompletionLength()),
        settings.temperature(),
        method().asksGreedy(),
        null);
  }
}
