package org.tune4j.rlhf.grpo;

import java.nio.file.Path;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.trainer.TrainedAdapter;
import org.tune4j.rlhf.ppo.RolloutRun;

/**
 * What a run without a critic gave; close it.
 *
 * @param policy as it was trained
 * @param result how the run ended
 * @param folder of the policy's files
 */
public record GrpoRun(TrainedAdapter policy, RunResult result, Path folder) implements RolloutRun {
  @Override
  public void close() {
    policy.close();
  }
}
