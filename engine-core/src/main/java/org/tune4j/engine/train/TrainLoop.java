package org.tune4j.engine.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.BatchStream;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.LossScaler;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.optim.Plateau;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.optim.UpdateResolution;
import org.tune4j.engine.tensor.Finishing;
import org.tune4j.engine.tensor.FreeMemory;
import org.tune4j.engine.train.RunResult.StopReason;
import org.tune4j.engine.train.StepResult.Outcome;

/**
 * A run from its first step to its last: batches, updates, evaluation, checkpoints, early stopping.
 * Serves every objective and everything that is trained.
 */
public final class TrainLoop {
  private static final Logger LOG = LoggerFactory.getLogger(TrainLoop.class);

  /** How often it is looked whether updates are too small for their weights. */
  private static final int MEASURED_EVERY = 10;

  private final TrainConfig config;
  private final BoundModel model;
  private final TrainableTensors weights;
  private final BatchPlan plan;
  private final Objective objective;
  private final Optimizer optimizer;
  private final TrainStep step;
  private final TrainCheckpoints checkpoints;
  private final NumericGuard guard;
  private final FittingMicroBatches memory;
  private final Evaluation evaluation;
  private final List<RunListener> listeners;
  private final Schedule schedule;

  /** Of fp16; null where the loss is not scaled. */
  private final LossScaling scaling;

  /** Null where all weights are computed with in fp32 or more. */
  private final UpdateResolution resolution;

  /** Where the rate goes by evaluations; else null. */
  private final Plateau plateau;

  private final long totalSteps;

  /** What the weights were before any update, a resumed run's too. */
  private final long begunWith;

  private volatile boolean cancelled;

  /** Whether the plan has no batch left, which may be before all of its steps are made. */
  private boolean exhausted;

  private TrainState state = TrainState.START;
  private long lastSaved;
  private EffectCheck effect;

  /**
   * A run's parts.
   *
   * @param identity what the numbers depend on besides {@code config}
   * @param run the run's folder
   * @param export writes what was trained in the field's own form: an adapter's files, or a model's
   * @param evaluation null for none
   */
  public TrainLoop(
      TrainConfig config,
      RunIdentity identity,
      BoundModel model,
      TrainableTensors weights,
      Objective objective,
      Optimizer optimizer,
      BatchPlan plan,
      RunFolder run,
      AtomicFolder.Content export,
      Evaluation evaluation,
      List<RunListener> listeners) {
    this.config = config;
    this.model = model;
    this.weights = weights;
    this.plan = plan;
    this.objective = objective;
    this.optimizer = optimizer;
    this.evaluation = evaluation;
    this.plateau =
        config.lrSchedulerType() == Schedule.Type.REDUCE_LR_ON_PLATEAU
            ? new Plateau(config.schedule(0), config.learningRate(), config.greaterIsBetter())
            : null;
    LossScaler.Settings scaler = config.lossScaler(model.dtype());
    this.scaling = scaler == null ? null : new LossScaling(scaler);
    this.memory = new FittingMicroBatches(MemoryPlan.isDivisible(config));
    List<RunListener> all = new ArrayList<>(listeners);
    if (plateau != null) {
      all.add(new PlateauListener(plateau, config.metricForBestModel()));
    }
    if (scaling != null) {
      all.add(scaling);
    }
    all.add(memory);
    this.listeners = List.copyOf(all);
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
        new TrainCheckpoints(
            run.checkpoints(),
            config.saveTotalLimit(),
            identity.and(config.toBuilder().lossScaler(scaler).build()),
            weights,
            optimizer,
            export,
            new ListenerStates(this.listeners));
    this.guard = new NumericGuard(config.lossSpike(), model, weights, checkpoints);
    this.totalSteps =
        config.maxSteps() > 0
            ? config.maxSteps()
            : (long) Math.ceil(config.numTrainEpochs() * batchesPerEpoch(plan));
    this.schedule = config.schedule(totalSteps);
    this.resolution = UpdateResolution.of(weights).orElse(null);
    this.begunWith = weights.fingerprint();
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
   * Asks a run to end after the step under way; from any thread. Its last checkpoint is written
   * first.
   */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Runs, once. When the JVM is asked to exit meanwhile, a run that saves checkpoints writes one
   * more first.
   *
   * @param resume whether to go on from the newest checkpoint in the run's folder, if there is one
   * @throws NumericalException if it makes no sense to go on
   * @throws org.tune4j.engine.StorageException if a checkpoint cannot be written
   * @throws EngineClosedException if the JVM is exiting
   */
  public RunResult run(boolean resume) {
    try (Finishing finishing = Finishing.begin();
        TrainCheckpoints saving = checkpoints) {
      return start(resume);
    } finally {
      FreeMemory.giveBack(); // What steps left for the next one.
    }
  }

  private RunResult start(boolean resume) {
    if (resume) {
      state = checkpoints.resume().orElse(TrainState.START);
      lastSaved = state.step();
    }
    RunStart start =
        new RunStart(
            state.step(),
            totalSteps,
            weights.parameters(),
            model.architecture().parameters() + (trainsItsOwn() ? 0 : weights.parameters()));
    tell(listener -> listener.onStart(start));
    effect =
        state.step() == 0 && config.learningRate() > 0
            ? new EffectCheck(model, weights, objective, step, schedule.warmupSteps())
            : null;
    try {
      return finish(makeSteps());
    } catch (EngineClosedException e) {
      try {
        saveBeforeExit();
      } catch (RuntimeException failed) {
        LOG.error("The JVM is exiting, and the last checkpoint could not be saved", failed);
        e.addSuppressed(failed);
      }
      throw e;
    }
  }

  /** Whether the model's own weights are trained, and not an adapter beside them. */
  private boolean trainsItsOwn() {
    Set<TensorSlot> own = Set.copyOf(model.architecture().slots());
    return weights.all().stream()
        .filter(each -> !each.isOfLoss())
        .allMatch(each -> own.contains(each.slot()));
  }

  private StopReason makeSteps() {
    BatchStream batches = new BatchStream(plan, state.cursor(), plan.epochs());
    Optional<StopReason> reason = settle();
    while (reason.isEmpty() && state.step() < totalSteps && batches.hasNext()) {
      makeStep(batches);
      reason = settle();
    }
    if (reason.isEmpty() && state.step() < totalSteps) {
      exhausted = true;
      reason = settle();
    }
    return reason.orElse(StopReason.FINISHED);
  }

  private void makeStep(BatchStream batches) {
    List<Batch> batch = batches.next();
    double rate =
        plateau == null ? schedule.rate(state.step(), config.learningRate()) : plateau.rate();
    // A rate of zero changes no weight, whatever that can hold.
    boolean measured = resolution != null && rate > 0 && (state.step() + 1) % MEASURED_EVERY == 0;
    StepResult result =
        memory.run(
            batch,
            state.step(),
            microBatches -> {
              if (effect != null && state.updates() == 0) {
                effect.before(microBatches);
              }
              return step.run(
                  microBatches,
                  state.step(),
                  rate,
                  guard.lossLimit(state.faults()),
                  scaling == null ? LossScaler.FLOOR : scaling.scale(),
                  measured ? resolution : null);
            },
            fault -> tell(listener -> listener.onMemoryFault(fault)));
    boolean updated = result.outcome() == Outcome.UPDATED;
    if (!updated) {
      checkpoints.finished(true).ifPresent(this::tellSaved);
    }
    NumericGuard.Judged judged = guard.judge(result, batch, state);
    state =
        state.afterStep(
            batches.cursor(),
            optimizer.steps(),
            updated && Double.isFinite(result.loss()) ? result.loss() : state.lossOfLastStep(),
            judged.faults());
    // With the state, before anyone is told who could end the run.
    Optional<LossScaleChange> scaled =
        scaling == null ? Optional.empty() : scaling.after(result.step(), result.outcome());
    if (updated) {
      tell(listener -> listener.onStep(result));
      Map<String, Double> figures = objective.figures();
      if (!figures.isEmpty()) {
        tell(listener -> listener.onMetrics(result.step(), figures));
      }
    }
    scaled.ifPresent(change -> tell(listener -> listener.onLossScale(change)));
    if (updated && measured) {
      tellResolution();
    }
    judged.fault().ifPresent(this::tellFault);
    if (updated && effect != null && effect.after(result)) {
      effect = null;
    }
  }

  private long overflows() {
    return scaling == null ? 0 : scaling.overflows();
  }

  private void tellResolution() {
    double share = resolution.share();
    if (!Double.isNaN(share)) {
      tell(listener -> listener.onUpdateResolution(state.step(), share));
    }
    resolution.advice().ifPresent(advice -> LOG.warn("Step {}: {}", state.step(), advice));
  }

  private void tellFault(NumericFault fault) {
    LOG.warn(
        "Step {}: {}: {}; loss {}, gradient norm {}, examples {}",
        fault.step(),
        fault.action(),
        fault.verdict(),
        fault.loss(),
        fault.gradNorm(),
        fault.examples());
    tell(listener -> listener.onFault(fault));
    if (fault.action() == NumericFault.Action.GAVE_UP) {
      throw new NumericalException(
          "Step %d: %s; loss %s, gradient norm %s; the update was not made, the run went back %d times before. Examples %s"
              .formatted(
                  fault.step(),
                  fault.verdict(),
                  fault.loss(),
                  fault.gradNorm(),
                  state.faults().rewinds(),
                  fault.examples()));
    }
  }

  /** What is due after the step made last; nothing where it was done before a resume. */
  private Optional<StopReason> settle() {
    checkpoints.finished(false).ifPresent(this::tellSaved);
    if (isDue(config.evalSteps()) && state.lastEvaluation() < state.step()) {
      evaluate();
    }
    Optional<StopReason> reason = Optional.empty();
    if (config.earlyStoppingPatience() > 0
        && state.evaluationsWithoutBetter() >= config.earlyStoppingPatience()) {
      reason = Optional.of(StopReason.EARLY_STOPPED);
    }
    if (cancelled && state.step() < totalSteps && !exhausted) {
      reason = Optional.of(StopReason.CANCELLED);
    }
    boolean best = config.loadBestModelAtEnd() && state.bestStep() == state.step();
    boolean last = config.saveSteps() > 0 && reason.equals(Optional.of(StopReason.CANCELLED));
    boolean due = (isDue(config.saveSteps()) || last) && isSound();
    if ((best || due) && state.step() > lastSaved) {
      save();
    }
    return reason;
  }

  /**
   * Whether the weights are worth a checkpoint. In a row of faults those that are there already are
   * worth more: what these weights have may be what makes the faults.
   */
  private boolean isSound() {
    return state.faults().inARow() == 0;
  }

  /** Every so many steps, and after the last one. */
  private boolean isDue(long every) {
    return every > 0
        && state.step() > 0
        && (state.step() % every == 0 || state.step() == totalSteps || exhausted);
  }

  private void save() {
    checkpoints.finished(true).ifPresent(this::tellSaved);
    checkpoints.save(state);
    lastSaved = state.step();
  }

  private void tellSaved(TrainCheckpoints.Saved saved) {
    tell(listener -> listener.onCheckpoint(saved.step(), saved.folder()));
  }

  private void saveBeforeExit() {
    if (config.saveSteps() > 0 && state.step() > lastSaved && isSound()) {
      try (Finishing.Insisted insisted = Finishing.insist()) {
        save();
        checkpoints.finished(true).ifPresent(this::tellSaved);
      }
    }
    LOG.warn(
        "The JVM is exiting after step {}; the last checkpoint is that of step {}",
        state.step(),
        lastSaved);
  }

  private void evaluate() {
    Map<String, Double> values;
    try (Optimizer.InPlace averaged = optimizer.averaged()) {
      values = evaluation.evaluate(model);
    }
    FreeMemory.giveBack(); // An evaluation's tensors have other sizes.
    tell(listener -> listener.onEvaluation(state.step(), values));
    String metric = config.metricForBestModel();
    if (metric == null) {
      state = state.afterEvaluation();
      return;
    }
    Double value = values.get(metric);
    if (value == null) {
      throw new ConfigException(
          "metric_for_best_model: the evaluation gives " + values.keySet() + ", not " + metric);
    }
    double gain =
        config.greaterIsBetter() ? value - state.bestMetric() : state.bestMetric() - value;
    boolean better = Double.isNaN(state.bestMetric()) || gain > config.earlyStoppingThreshold();
    state = state.afterEvaluation(value, better);
  }

  private RunResult finish(StopReason reason) {
    checkpoints.finished(true).ifPresent(this::tellSaved);
    if (state.updates() == 0 && state.step() > 0) {
      throw new NumericalException(
          "None of "
              + state.step()
              + " steps had numbers that are fit to learn from: nothing was learned"
              + (overflows() == 0
                  ? ""
                  : "; gradients of %d overflowed in fp16: compute in bf16 or fp32"
                      .formatted(overflows())));
    }
    if (config.loadBestModelAtEnd() && state.bestStep() > 0 && reason != StopReason.CANCELLED) {
      checkpoints.load(state.bestStep());
    }
    // They stay in place: nothing more is learned.
    optimizer.averaged();
    RunResult result =
        new RunResult(
            state.step(),
            state.faults().skipped(),
            overflows(),
            state.faults().rewinds(),
            state.lossOfLastStep(),
            state.bestMetric(),
            state.bestStep(),
            reason,
            weights.fingerprint() != begunWith);
    tell(listener -> listener.onEnd(result));
    return result;
  }

  private void tell(Consumer<RunListener> what) {
    listeners.forEach(what);
  }
}
