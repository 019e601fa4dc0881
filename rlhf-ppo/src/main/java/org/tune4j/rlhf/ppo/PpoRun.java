package org.tune4j.rlhf.ppo;

import java.nio.file.Path;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.trainer.TrainedAdapter;
import org.tune4j.rlhf.policy.ValueHead;

/**
 * What a run of PPO gave; close it.
 *
 * @param policy as it was trained
 * @param critic as it was trained
 * @param result how the run ended
 * @param folder of the policy's files
 */
public record PpoRun(TrainedAdapter policy, ValueHead critic, RunResult result, Path folder)
    implements AutoCloseable {
  @Override
  public void close() {
    policy.close();
  }
}
