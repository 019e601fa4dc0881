package org.tune4j.rlhf.ppo;

import java.nio.file.Path;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.trainer.TrainedAdapter;

/** What learning from rewards gave; close it. */
public interface RolloutRun extends AutoCloseable {
  /** The policy as it was trained. */
  TrainedAdapter policy();

  /** How the run ended. */
  RunResult result();

  /** The folder of the policy's files. */
  Path folder();

  @Override
  void close();
}
