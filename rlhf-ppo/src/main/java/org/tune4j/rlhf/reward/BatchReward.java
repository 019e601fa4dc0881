package org.tune4j.rlhf.reward;

import java.util.List;

/** What many responses are worth, where it is cheaper to tell them together: a reward model. */
@FunctionalInterface
public interface BatchReward {
  /**
   * The rewards of responses, in their order. May be called from several threads.
   *
   * @return as many numbers as samples; NaN where there is nothing to say, an infinity where one
   *     failed, which is then tried once more, alone
   * @throws Exception of any kind: each of the samples is then tried once more, alone
   */
  double[] scores(List<RewardSample> samples) throws Exception;

  /** The most samples of a call. */
  default int batchSize() {
    return Integer.MAX_VALUE;
  }
}
