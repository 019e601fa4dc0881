package org.tune4j.rlhf.ppo;

import java.util.List;
import org.tune4j.engine.train.RunListener;
import org.tune4j.rlhf.rollout.ScoredRollout;

/** Is told, besides what a run does, what its policy says. */
public interface RolloutListener extends RunListener {
  /**
   * After the answers of an update were scored, and before they are learned from.
   *
   * @param update from 0
   */
  void onRollouts(int update, List<ScoredRollout> rollouts);
}
