package org.tune4j.engine.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.CheckpointStore;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.BatchStream;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.train.RunResult.StopReason;

/**
 * A run from its first update to its last: batches, updates, evaluation, checkpoints, early
 * stopping. Serves every objective and everything that is trained.
 */
public final class TrainLoop {
  private final TrainConfig config;
  private final BoundModel model;
  private final TrainableTensors weights;
  private final BatchPlan plan;
  private final Objective objective;
  private final TrainStep step;
  private final TrainCheckpoints checkpoints;
  private final Evaluation evaluation;
  private final List<RunListener> listeners;
  private final Schedule schedule;
  private final long totalSteps;
  private volatile boolean cancelled;

  /**
   * A run's parts.
   *
   * @param run the run's folder
   * @param export writes what was trained
   * @param evaluation null for none
   */
  public TrainLoop(
      TrainConfig config,
      BoundModel model,
      TrainableTensors weights,
      Objective objective,
      Optimizer optimizer,
      BatchPlan plan,
      Path run,
      ModelExport export,
      Evaluation evaluation,
      List<RunListener> listeners) {
    this.config = config;
    this.model = model;
    this.weights = weights;
    this.plan = plan;
    this.objective = objective;
    this.evaluation = evaluation;
    this.listeners = List.copyOf(listeners);
    this.step =
        new TrainStep(
            model,
            weights,
            objective,
            optimizer,
            config.recompute(),
            config.maxGradNorm(),
            config.seed());
    this.checkpoints =
        new TrainCheckpoints(new CheckpointStore(run), config, weights, optimizer, export);
    this.totalSteps =
        config.maxSteps() > 0
            ? config.maxSteps()
            : (long) Math.ceil(config.numTrainEpochs() * batchesPerEpoch(plan));
    this.schedule = config.schedule(totalSteps);
    if (evaluation == null && config.evalSteps() > 0) {
      throw new ConfigException("eval_steps = " + config.evalSteps() + " needs an evaluation");
    }
  }

  private static int batchesPerEpoch(BatchPlan plan) {
    return plan.batchesPerEpoch()
        .orElseThrow(
            () ->
                new ConfigException(
                    "max_steps: needed, because so many rows are encoded only as they are learned"
                        + " from, and how many batches that makes shows at the end"));
  }

  /**
   * Asks a run to end after the update under way; from any thread. Its last checkpoint is written
   * first.
   */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Runs.
   *
   * @param resume whether to go on from the newest checkpoint in the run's folder, if there is one
   */
  public RunResult run(boolean resume) {
    TrainState state = resume ? checkpoints.resume().orElse(TrainState.START) : TrainState.START;
    RunStart start =
        new RunStart(
            state.step(),
            totalSteps,
            weights.parameters(),
            model.architecture().parameters() + weights.parameters());
    listeners.forEach(listener -> listener.onStart(start));
    BatchStream batches = new BatchStream(plan, state.cursor(), Integer.MAX_VALUE);
    StopReason reason = StopReason.FINISHED;
    EffectCheck effect =
        state.step() == 0 && config.learningRate() > 0
            ? new EffectCheck(model, weights, objective, schedule.warmupSteps())
            : null;
    while (state.step() < totalSteps && reason == StopReason.FINISHED) {
      List<Batch> batch = batches.next();
      if (effect != null && state.step() == 0) {
        effect.before(batch);
      }
      StepResult result = step.run(batch, schedule.rate(state.step(), config.learningRate()));
      if (effect != null && effect.after(result)) {
        effect = null;
      }
      state = state.afterStep(batches.cursor(), result.loss());
      listeners.forEach(listener -> listener.onStep(result));
      if (isDue(config.evalSteps(), state.step())) {
        state = evaluate(state);
        if (config.earlyStoppingPatience() > 0
            && state.evaluationsWithoutBetter() >= config.earlyStoppingPatience()) {
          reason = StopReason.EARLY_STOPPED;
        }
      }
      if (cancelled && state.step() < totalSteps) {
        reason = StopReason.CANCELLED;
      }
      boolean best = config.loadBestModelAtEnd() && state.bestStep() == state.step();
      boolean last = config.saveSteps() > 0 && reason == StopReason.CANCELLED;
      if (best || last || isDue(config.saveSteps(), state.step())) {
        save(state);
      }
    }
    if (config.loadBestModelAtEnd() && state.bestStep() > 0 && reason != StopReason.CANCELLED) {
      checkpoints.loadWeights(state.bestStep());
    }
    RunResult result =
        new RunResult(
            state.step(), state.lossOfLastStep(), state.bestMetric(), state.bestStep(), reason);
    listeners.forEach(listener -> listener.onEnd(result));
    return result;
  }

  /** Every so many updates, and after the last one. */
  private boolean isDue(long every, long made) {
    return every > 0 && (made % every == 0 || made == totalSteps);
  }

  private void save(TrainState state) {
    Path folder = checkpoints.save(state);
    listeners.forEach(listener -> listener.onCheckpoint(state.step(), folder));
  }

  private TrainState evaluate(TrainState state) {
    Map<String, Double> values = evaluation.evaluate(model);
    listeners.forEach(listener -> listener.onEvaluation(state.step(), values));
    String metric = config.metricForBestModel();
    if (metric == null) {
      return state;
    }
    Double value = values.get(metric);
    if (value == null) {
      throw new ConfigException(
          "metric_for_best_model: the evaluation gives " + values.keySet() + ", not " + metric);
    }
    double gain =
        config.greaterIsBetter() ? value - state.bestMetric() : state.bestMetric() - value;
    boolean better = Double.isNaN(state.bestMetric()) || gain > config.earlyStoppingThreshold();
    return state.afterEvaluation(value, better);
  }
}
