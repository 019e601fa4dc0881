package org.tune4j.engine.train;

import java.nio.file.Path;
import java.util.Map;

/** Is told what a run does, on the run's thread. An exception from it stops the run. */
public interface RunListener {
  /** Before the first update. */
  default void onStart(RunStart start) {}

  /** After each update. */
  default void onStep(StepResult result) {}

  /** After each evaluation. */
  default void onEvaluation(long step, Map<String, Double> values) {}

  /** After a checkpoint was written completely. */
  default void onCheckpoint(long step, Path folder) {}

  /** After the last update. */
  default void onEnd(RunResult result) {}
}
