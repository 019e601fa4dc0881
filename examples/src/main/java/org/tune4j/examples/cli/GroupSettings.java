package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.grpo.GenerationSettings;

/**
 * What {@code tune4j grpo} and {@code tune4j rloo} are told alike, by the names of TRL's {@code
 * GRPOConfig} and {@code RLOOConfig}: how the policy is asked, and how often it learns of that.
 */
final class GroupSettings {
  /** Of sft, with another meaning or default. */
  static final List<Setting> OTHER =
      List.of(
          LowRate.SETTING,
          new Setting(
              "max_steps",
              SftSettings.TRAIN,
              "N",
              "Optimizer steps in all, in place of the epochs."));

  private GroupSettings() {}

  /**
   * What is said of how the policy is asked.
   *
   * @param group of the command
   * @param generations answers to a prompt by default
   */
  static List<Setting> generation(String group, int generations) {
    return List.of(
        new Setting(
            "num_generations", group, "N", "Answers to a prompt. Default " + generations + "."),
        new Setting(
            "max_completion_length", group, "N", "The most tokens of an answer. Default 512."),
        new Setting("temperature", group, "X", "The policy's scores are divided by it. Default 1."),
        new Setting(
            "num_iterations", group, "N", "Passes over the answers of an update. Default 1."),
        new Setting(
            "steps_per_generation",
            group,
            "N",
            "Micro-batches of a pass. Default gradient_accumulation_steps: one optimizer step."),
        new Setting(
            "generation_batch_size",
            group,
            "N",
            "Answers of an update, in place of --steps-per-generation: so many micro-batches of"
                + " per_device_train_batch_size."),
        new Setting(
            "mask_truncated_completions", group, null, "Learn nothing of answers that were cut."),
        new Setting(
            "epsilon",
            group,
            "X",
            "How far a probability may fall in an update, as a share. Default 0.2."));
  }

  /** Takes over what is said of how the policy is asked. */
  static void order(Settings settings, TrainConfig train, GenerationSettings.Builder<?> order) {
    settings.integer("num_generations", order::numGenerations);
    settings.integer("max_completion_length", order::maxCompletionLength);
    settings.number("temperature", order::temperature);
    settings.integer("num_iterations", order::numIterations);
    settings.integer("steps_per_generation", order::stepsPerGeneration);
    settings.integer(
        "generation_batch_size",
        size -> {
          if (settings.has("steps_per_generation")) {
            throw new ConfigException(
                "generation_batch_size and steps_per_generation set the same; keep one");
          }
          int microBatch = train.perDeviceTrainBatchSize();
          if (size <= 0 || size % microBatch != 0) {
            throw new ConfigException(
                "generation_batch_size: wanted a multiple of per_device_train_batch_size = %d, found %d"
                    .formatted(microBatch, size));
          }
          order.stepsPerGeneration(size / microBatch);
        });
    settings.flag("mask_truncated_completions", order::maskTruncatedCompletions);
  }

  /** As a configuration file has it. */
  static Map<String, Object> resolved(GenerationSettings generation) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("num_generations", generation.numGenerations());
    values.put("max_completion_length", generation.maxCompletionLength());
    values.put("temperature", generation.temperature());
    values.put("num_iterations", generation.numIterations());
    if (generation.stepsPerGeneration() != null) {
      values.put("steps_per_generation", generation.stepsPerGeneration());
    }
    values.put("mask_truncated_completions", generation.maskTruncatedCompletions());
    return values;
  }
}
