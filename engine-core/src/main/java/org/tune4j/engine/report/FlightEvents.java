package org.tune4j.engine.report;

import java.nio.file.Path;
import java.util.Map;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.tune4j.engine.train.MemoryFault;
import org.tune4j.engine.train.NumericFault;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;

/**
 * A run in Java Flight Recorder: {@code org.tune4j.Step} an update, {@code org.tune4j.Evaluation} a
 * value measured, {@code org.tune4j.Checkpoint} a checkpoint written, {@code org.tune4j.Fault} a
 * step whose numbers were not fit to learn from, or that memory did not suffice for. The events
 * cost nothing unless a recording is on, so runs always have them.
 */
public final class FlightEvents implements RunListener {
  @Name("org.tune4j.Step")
  @Label("Training step")
  @Description("One update, after it was made")
  @Category("tune4j")
  @StackTrace(false)
  static final class StepEvent extends Event {
    @Label("Step, counted from 1")
    long step;

    @Label("Mean loss in nats a token, before the update")
    double loss;

    @Label("Gradient norm before clipping")
    double gradNorm;

    @Label("Learning rate")
    double learningRate;

    @Label("Tokens read")
    long tokens;

    @Label("Tokens learned")
    long labels;

    @Label("Seconds that the step took")
    double seconds;
  }

  @Name("org.tune4j.Evaluation")
  @Label("Evaluation")
  @Description("One value of an evaluation")
  @Category("tune4j")
  @StackTrace(false)
  static final class EvaluationEvent extends Event {
    @Label("Updates made before")
    long step;

    @Label("What was measured")
    String metric;

    @Label("Value")
    double value;
  }

  @Name("org.tune4j.Checkpoint")
  @Label("Checkpoint")
  @Description("A checkpoint that was written completely")
  @Category("tune4j")
  @StackTrace(false)
  static final class CheckpointEvent extends Event {
    @Label("Updates made before")
    long step;

    @Label("Folder")
    String folder;
  }

  @Name("org.tune4j.Fault")
  @Label("Fault")
  @Description("A step whose numbers were not fit to learn from, or that did not fit into memory")
  @Category("tune4j")
  @StackTrace(false)
  static final class FaultEvent extends Event {
    @Label("Step, counted from 1")
    long step;

    @Label("What was wrong")
    String kind;

    @Label("What was found first")
    String verdict;

    @Label("What was done")
    String action;
  }

  @Override
  public void onStep(StepResult result) {
    StepEvent event = new StepEvent();
    event.step = result.step();
    event.loss = result.loss();
    event.gradNorm = result.gradNorm();
    event.learningRate = result.learningRate();
    event.tokens = result.tokens();
    event.labels = result.labels();
    event.seconds = result.seconds();
    event.commit();
  }

  @Override
  public void onEvaluation(long step, Map<String, Double> values) {
    values.forEach(
        (metric, value) -> {
          EvaluationEvent event = new EvaluationEvent();
          event.step = step;
          event.metric = metric;
          event.value = value;
          event.commit();
        });
  }

  @Override
  public void onCheckpoint(long step, Path folder) {
    CheckpointEvent event = new CheckpointEvent();
    event.step = step;
    event.folder = folder.toString();
    event.commit();
  }

  @Override
  public void onFault(NumericFault fault) {
    fault(fault.step(), fault.kind().name(), fault.verdict(), fault.action().name());
  }

  @Override
  public void onMemoryFault(MemoryFault fault) {
    fault(fault.step(), "OUT_OF_MEMORY", fault.verdict(), "DIVIDED");
  }

  private static void fault(long step, String kind, String verdict, String action) {
    FaultEvent event = new FaultEvent();
    event.step = step;
    event.kind = kind;
    event.verdict = verdict;
    event.action = action;
    event.commit();
  }
}
