package org.tune4j.rlhf.grpo;

import static org.tune4j.engine.Wanted.isPositive;
import static org.tune4j.engine.Wanted.require;

import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.ppo.MicroBatches;

/**
 * How a policy is asked and how often its answers are learned from, by the names of TRL's {@code
 * GRPOConfig}.
 *
 * @param numGenerations answers to a prompt
 * @param maxCompletionLength the most tokens of an answer
 * @param temperature that the policy's scores are divided by, when it speaks and when it learns
 * @param numIterations passes over the answers of an update
 * @param stepsPerGeneration micro-batches of a pass; null for those of one optimizer step
 * @param maskTruncatedCompletions whether nothing is learned of answers that were cut
 */
public record GenerationSettings(
    int numGenerations,
    int maxCompletionLength,
    double temperature,
    int numIterations,
    Integer stepsPerGeneration,
    boolean maskTruncatedCompletions) {
  public GenerationSettings {
    require(numGenerations > 0, "num_generations", "above 0", numGenerations);
    require(maxCompletionLength > 0, "max_completion_length", "above 0", maxCompletionLength);
    require(isPositive(temperature), "temperature", "above 0", temperature);
    require(numIterations > 0, "num_iterations", "above 0", numIterations);
    require(
        stepsPerGeneration == null || stepsPerGeneration > 0,
        "steps_per_generation",
        "above 0",
        stepsPerGeneration);
  }

  /** How the answers of an update are divided. */
  MicroBatches microBatches(TrainConfig train) {
    int perStep = train.gradientAccumulationSteps();
    int ofPass = stepsPerGeneration == null ? perStep : stepsPerGeneration;
    require(
        ofPass % perStep == 0,
        "steps_per_generation",
        "a multiple of gradient_accumulation_steps " + perStep,
        ofPass);
    return new MicroBatches(train.seed(), numIterations, ofPass / perStep, perStep);
  }

  /**
   * Sets them.
   *
   * @param <B> the builder of the configuration that they belong to
   */
  public abstract static class Builder<B extends Builder<B>> {
    private int numGenerations;
    private int maxCompletionLength = 512;
    private double temperature = 1;
    private int numIterations = 1;
    private Integer stepsPerGeneration;
    private boolean maskTruncatedCompletions;

    Builder(int numGenerations) {
      this.numGenerations = numGenerations;
    }

    abstract B self();

    public B numGenerations(int value) {
      numGenerations = value;
      return self();
    }

    public B maxCompletionLength(int value) {
      maxCompletionLength = value;
      return self();
    }

    public B temperature(double value) {
      temperature = value;
      return self();
    }

    public B numIterations(int value) {
      numIterations = value;
      return self();
    }

    public B stepsPerGeneration(Integer value) {
      stepsPerGeneration = value;
      return self();
    }

    public B maskTruncatedCompletions(boolean value) {
      maskTruncatedCompletions = value;
      return self();
    }

    GenerationSettings generation() {
      return new GenerationSettings(
          numGenerations,
          maxCompletionLength,
          temperature,
          numIterations,
          stepsPerGeneration,
          maskTruncatedCompletions);
    }
  }
}
