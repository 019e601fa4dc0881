package org.tune4j.rlhf.ppo;

import java.util.List;
import java.util.Map;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.train.StepResult;
import org.tune4j.rlhf.rollout.ScoredRollout;

/**
 * The update under way: from scored rollouts to micro-batches, and what is seen of them as they are
 * learned from. It lives as long as the run; what it holds is the run's state.
 */
public interface RolloutUpdate {
  /** Which update is under way; -1 before the first. */
  int number();

  /** Whether the batches that are left of it are passed over. */
  boolean isOver();

  /** Whether all is learned of it that is learned. */
  boolean isDone();

  /** Optimizer steps of an update. */
  int steps();

  /**
   * Begins an update.
   *
   * @param rollouts of it; those without a score have NaN
   * @param greedyScores of what the policy takes for best, one for each rollout; empty where it was
   *     not asked
   */
  void begin(int update, List<ScoredRollout> rollouts, double[] greedyScores);

  /** The documents of its micro-batches, of all passes, one after the other. */
  List<List<EncodedExample>> documents();

  /** Takes what an optimizer step came to. */
  void after(StepResult result);

  /** What is told of it once it is done, in a map of its own; warns of what goes wrong. */
  Map<String, Double> told();

  /** What a checkpoint keeps of it. */
  String state();

  /** Goes on from what a checkpoint kept. */
  void restore(String state);
}
