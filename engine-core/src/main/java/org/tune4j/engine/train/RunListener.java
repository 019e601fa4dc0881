package org.tune4j.engine.train;

import java.nio.file.Path;
import java.util.Map;
import org.tune4j.engine.preflight.PreflightReport;

/** Is told what a run does, on the run's thread. An exception from it stops the run. */
public interface RunListener {
  /** When the rows were looked at, before it is decided whether they are learned from. */
  default void onPreflight(PreflightReport report) {}

  /** When a run was tuned, before it begins. */
  default void onTuning(TuningReport report) {}

  /** Before the first update. */
  default void onStart(RunStart start) {}

  /** After each update. */
  default void onStep(StepResult result) {}

  /** When a step's numbers were not fit to learn from. */
  default void onFault(NumericFault fault) {}

  /** When a step is begun again in smaller micro-batches, for want of memory. */
  default void onMemoryFault(MemoryFault fault) {}

  /** When the loss scale of fp16 training changed: see {@link LossScaleChange}. */
  default void onLossScale(LossScaleChange change) {}

  /**
   * Every few updates of weights that are computed with in bf16 or fp16.
   *
   * @param unresolved share of the update that these weights were too coarse for (see {@link
   *     org.tune4j.engine.optim.UpdateResolution})
   */
  default void onUpdateResolution(long step, double unresolved) {}

  /** Numbers that a method or a loss tells of itself, by the field's names for them. */
  default void onMetrics(long step, Map<String, Double> values) {}

  /** After each evaluation. */
  default void onEvaluation(long step, Map<String, Double> values) {}

  /** After a checkpoint was written completely; the run may be some steps further by then. */
  default void onCheckpoint(long step, Path folder) {}

  /**
   * What a checkpoint keeps of this listener, for a run that goes on; null for nothing. Asked for
   * after each step that is saved.
   */
  default String state() {
    return null;
  }

  /** Before {@link #onStart} of a run that goes on: what {@link #state} gave. */
  default void restore(String state) {}

  /** After the last update. */
  default void onEnd(RunResult result) {}
}
