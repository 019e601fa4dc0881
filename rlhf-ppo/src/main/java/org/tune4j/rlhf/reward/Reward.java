package org.tune4j.rlhf.reward;

import java.util.List;
import org.tune4j.engine.data.source.Row;

/** What one response is worth: a lambda, a rule, a verifier. */
@FunctionalInterface
public interface Reward {
  /**
   * The reward of a response. Called from several threads at once.
   *
   * @return a finite number; NaN where it has nothing to say of this one
   * @throws Exception of any kind: the sample is tried once more, then dropped
   */
  double score(String prompt, String response, Row row) throws Exception;

  /** This as a reward of many, each by a call of its own, in parallel. */
  default BatchReward each() {
    return new BatchReward() {
      @Override
      public double[] scores(List<RewardSample> samples) throws Exception {
        double[] scores = new double[samples.size()];
        for (int s = 0; s < scores.length; s++) {
          RewardSample sample = samples.get(s);
          scores[s] = score(sample.prompt(), sample.response(), sample.row());
        }
        return scores;
      }

      @Override
      public int batchSize() {
        return 1;
      }
    };
  }
}
