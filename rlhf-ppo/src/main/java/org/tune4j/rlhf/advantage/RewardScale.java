package org.tune4j.rlhf.advantage;

/** By what the rewards of a group are divided once their mean is taken from them. */
public enum RewardScale {
  /** By the deviation of the group: GRPO. */
  GROUP,
  /** By the deviation of all rewards of the update. */
  BATCH,
  /** By nothing: Dr. GRPO, which does not favour problems that are almost solved or hardly. */
  NONE
}
