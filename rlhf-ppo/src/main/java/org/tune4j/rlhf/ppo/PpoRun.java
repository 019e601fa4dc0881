package org.tune4j.rlhf.ppo;

import java.nio.file.Path;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.trainer.TrainedAdapter;

/** What a run of PPO gave; close it. */
public final class PpoRun implements RolloutRun {
  private final PpoParts parts;
  private final RunResult result;
  private final Path folder;

  PpoRun(PpoParts parts, RunResult result, Path folder) {
    this.parts = parts;
    this.result = result;
    this.folder = folder;
  }

  @Override
  public TrainedAdapter policy() {
    return parts.policy();
  }

  @Override
  public RunResult result() {
    return result;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    parts.close();
  }
}
