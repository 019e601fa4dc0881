package org.tune4j.rlhf.ppo;

import org.tune4j.rlhf.rollout.AnswerLimit;

/**
 * How a policy is asked.
 *
 * @param rollouts of an update
 * @param generations answers to a prompt, of which the rollouts are a multiple
 * @param limit of answers
 * @param asksGreedy whether it is asked what it takes for best besides
 * @param totalEpisodes answers of the whole run; null for as many as epochs take
 */
public record Sampling(
    int rollouts,
    int generations,
    AnswerLimit limit,
    double temperature,
    boolean asksGreedy,
    Long totalEpisodes) {
  /**
   * Updates of a run.
   *
   * @param epochs answers to each prompt, in groups of {@code generations}
   */
  public int updates(double epochs, int prompts) {
    double episodes = totalEpisodes == null ? epochs * prompts * generations : totalEpisodes;
    return (int) Math.max(1, Math.ceil(episodes / rollouts));
  }
}
