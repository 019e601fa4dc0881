package org.tune4j.rlhf.rollout;

/**
 * A rollout and what it is worth.
 *
 * @param prompt what was asked
 * @param response what was said, as text without special tokens
 * @param score higher is better; NaN for one that could not be scored
 */
public record ScoredRollout(Rollout rollout, Prompt prompt, String response, double score) {
  /** Whether it could be scored. */
  public boolean hasScore() {
    return !Double.isNaN(score);
  }
}
