package org.tune4j.rlhf.ppo;

import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.rollout.AnswerLimit;
import org.tune4j.rlhf.rollout.Prompts;

/**
 * How a policy is asked in a run, and how often it learns of what it answers.
 *
 * @param rollouts of an update
 * @param steps optimizer steps of an update
 * @param generations answers to a prompt, of which the rollouts are a multiple
 * @param limit of answers
 * @param asksGreedy whether it is asked what it takes for best besides
 * @param totalEpisodes answers of the whole run; null for as many as epochs take
 */
public record Sampling(
    int rollouts,
    int steps,
    int generations,
    AnswerLimit limit,
    double temperature,
    boolean asksGreedy,
    Long totalEpisodes) {
  /**
   * Updates of a run: as many as {@code max_steps} takes where it is given, the last one perhaps in
   * part.
   *
   * @param prompts how many there are; each is answered in as many updates as there are epochs
   */
  public int updates(TrainConfig train, int prompts) {
    if (train.maxSteps() > 0) {
      return (int) Math.ceil((double) train.maxSteps() / steps);
    }
    double episodes =
        totalEpisodes == null ? train.numTrainEpochs() * prompts * generations : totalEpisodes;
    return (int) Math.max(1, Math.ceil(episodes / rollouts));
  }

  /** Optimizer steps of a run over so many prompts. */
  public long totalSteps(TrainConfig train, int prompts) {
    return train.maxSteps() > 0 ? train.maxSteps() : (long) steps * updates(train, prompts);
  }

  /**
   * Reads the prompts.
   *
   * @param model that answers them
   * @param seed of the order that they are asked in
   * @throws ConfigException if there is no room for an answer
   */
  public Prompts prompts(
      ExampleSource rows, Tokenizer tokenizer, DataConfig data, Architecture model, long seed) {
    return Prompts.of(rows, tokenizer, data, limit, model, seed);
  }
}
