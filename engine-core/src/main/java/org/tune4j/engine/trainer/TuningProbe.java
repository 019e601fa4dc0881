package org.tune4j.engine.trainer;

import java.util.List;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunResult.StopReason;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StepResult.Outcome;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.engine.train.Tuning;
import org.tune4j.engine.train.TuningReport.Tried;

/** Makes a few updates in place of a run, and measures them. */
final class TuningProbe {
  /** Of an update of a moment several are measured, until it was so long, or there were so many. */
  private static final double SHORT = 0.2;

  private static final int SEVERAL = 20;

  /** An update as long as this need not be measured twice. */
  private static final double LONG = 2;

  private final List<Batch> microBatches;
  private final boolean timed;
  private double tokensPerSecond = Double.NaN;

  /**
   * @param microBatches of an update
   * @param timed whether more than one is made
   */
  TuningProbe(List<Batch> microBatches, boolean timed) {
    this.microBatches = microBatches;
    this.timed = timed;
  }

  /** Measures, with parts that are made for it and thrown away. */
  RunResult measure(
      TrainConfig config,
      BoundModel bound,
      TrainableTensors weights,
      Objective objective,
      Optimizer optimizer) {
    TrainStep step =
        new TrainStep(
            bound,
            weights,
            objective,
            optimizer,
            config.recompute(),
            config.maxGradNorm(),
            config.seed());
    // It compiles kernels and gets memory for the first time.
    StepResult last = step(step, config, 0);
    double fastest = 0;
    double seconds = 0;
    for (int i = 1; timed && !isEnough(i - 1, seconds); i++) {
      last = step(step, config, i);
      seconds += last.seconds();
      fastest = Math.max(fastest, last.tokens() / last.seconds());
    }
    tokensPerSecond = last.outcome() == Outcome.UPDATED ? fastest : Double.NaN;
    return new RunResult(
        last.step(), 0, 0, 0, last.loss(), Double.NaN, 0, StopReason.FINISHED, true);
  }

  private static boolean isEnough(int updates, double seconds) {
    return seconds >= LONG || updates >= SEVERAL || updates >= 2 && seconds >= SHORT;
  }

  private StepResult step(TrainStep step, TrainConfig config, int made) {
    return step.run(microBatches, made, config.learningRate(), Double.POSITIVE_INFINITY);
  }

  /** What was measured since the peak of memory was reset. */
  Tried tried(Tuning tuning, boolean peakIsKnown) {
    return new Tried(
        tuning, tokensPerSecond, peakIsKnown ? ProcessMemory.peakResidentBytes().orElse(0) : 0);
  }
}
