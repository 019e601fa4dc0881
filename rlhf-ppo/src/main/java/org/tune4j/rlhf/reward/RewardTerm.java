package org.tune4j.rlhf.reward;

import org.tune4j.engine.ConfigException;

/**
 * A reward as a part of a weighted sum.
 *
 * @param name of it, in logs and messages
 * @param weight that it is multiplied with: TRL's {@code reward_weights}
 * @param onNaN what a NaN of it means
 */
public record RewardTerm(String name, BatchReward reward, double weight, OnNaN onNaN) {
  /** What is done with a sample that a reward says NaN of. */
  public enum OnNaN {
    /** It is a failure: tried once more, then the sample is dropped. */
    DROP,
    /**
     * The reward is not for this sample and leaves its sum alone, as TRL has it of rewards that
     * return {@code None}. A sample that no reward is for is dropped.
     */
    LEAVE_OUT
  }

  public RewardTerm {
    if (name.isBlank()) {
      throw new ConfigException("reward: has no name");
    }
    if (!Double.isFinite(weight)) {
      throw new ConfigException(
          "reward_weights: wanted a finite number for " + name + ", found " + weight);
    }
  }

  /** One that is asked of each response by itself, with weight 1. */
  public static RewardTerm of(String name, Reward reward) {
    return new RewardTerm(name, reward.each(), 1, OnNaN.DROP);
  }

  /** One that is asked of many responses at once, with weight 1. */
  public static RewardTerm of(String name, BatchReward reward) {
    return new RewardTerm(name, reward, 1, OnNaN.DROP);
  }

  /** The same with another weight. */
  public RewardTerm weighing(double value) {
    return new RewardTerm(name, reward, value, onNaN);
  }

  /** The same, left out where it says NaN. */
  public RewardTerm leavingOutNaN() {
    return new RewardTerm(name, reward, weight, OnNaN.LEAVE_OUT);
  }
}
