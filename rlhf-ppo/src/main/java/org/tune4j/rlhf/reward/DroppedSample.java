package org.tune4j.rlhf.reward;

/**
 * A sample without a reward.
 *
 * @param index of it, among those that were to be scored
 * @param reward the name of the reward that failed
 * @param why what it did, twice
 */
public record DroppedSample(int index, String reward, String why) {}
