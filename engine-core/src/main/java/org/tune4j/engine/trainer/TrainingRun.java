package org.tune4j.engine.trainer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.AnchoredObjective;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.report.FlightEvents;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.MemorySettings;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainLoop;

/** A run that a {@link Trainer} has planned, for its method to bind to a model and to make. */
public final class TrainingRun {
  private final TrainingOrder order;
  private final TrainingOrder.Ready ready;
  private final RunFolder folder;
  private final CausalLm model;
  private final Consumer<TrainLoop> running;

  /** Null for a run that is made; else this is done with its parts. */
  private final TuningProbe probe;

  /** Null for one that has no say in loss and updates. */
  private TrainedAdapter adapter;

  TrainingRun(
      TrainingOrder order,
      TrainingOrder.Ready ready,
      RunFolder folder,
      CausalLm model,
      Consumer<TrainLoop> running,
      TuningProbe probe) {
    this.order = order;
    this.ready = ready;
    this.folder = folder;
    this.model = model;
    this.running = running;
    this.probe = probe;
  }

  /** The model to train. */
  public CausalLm model() {
    return model;
  }

  /** What everything random is a function of. */
  public long seed() {
    return ready.config().seed();
  }

  /** How what is trained is to be held. */
  public MemorySettings memory() {
    MemorySettings memory = ready.config().memory();
    // The model is used again after a probe.
    return probe == null ? memory : memory.keepingBase();
  }

  /**
   * What the loss trains besides what the method trains: tensors of no model, to be among the
   * weights that are given to {@link #make}.
   */
  public List<Trainable> ofLoss() {
    return order.ofLoss();
  }

  /** What became of the rows. */
  public EncodingReport data() {
    return ready.rows().report();
  }

  /** A folder in the run's folder. */
  public Path folder(String name) {
    return folder.path().resolve(name);
  }

  /** What the numbers depend on besides the method. */
  public RunIdentity identity() {
    String teacher = order.teacher == null ? "none" : order.teacher.identity();
    RunIdentity identity =
        RunIdentity.of(model, order.tokenizer, ready.rows(), ready.data())
            .and("adversarial_epsilon", String.valueOf(order.adversarialEpsilon))
            .and("teacher", teacher);
    if (order.loss != null) {
      return identity.and("loss", order.loss.identity());
    }
    return order.task == null
        ? identity
        : identity.and("task", (Record) order.task).and("objective", (Record) order.headObjective);
  }

  /** Lets an adapter have its say in loss and updates. */
  TrainingRun by(TrainedAdapter trained) {
    adapter = trained;
    return this;
  }

  /**
   * Trains.
   *
   * @param identity {@link #identity}, and what belongs to the method
   * @param bound the model as it is computed with
   * @param weights what is trained
   * @param target where what was trained is written at the end
   * @param export writes it, there and in checkpoints
   */
  public RunResult make(
      RunIdentity identity,
      BoundModel bound,
      TrainableTensors weights,
      Path target,
      AtomicFolder.Content export) {
    TrainConfig config = ready.config();
    if (config.memory().spillStates()) {
      weights.spillStates(folder("spill"));
    }
    if (config.memory().spillActivations()) {
      bound.spillActivations(folder("spill"));
    }
    // Not before it is needed: a probe has batches of its own, and laying out takes all rows.
    Supplier<BatchPlan> plan = () -> ready.rows().plan(TrainingOrder.batches(config, ready.data()));
    try (TensorScope scope = model.scope().nested();
        LossOrder.Begun other = otherLoss(bound, weights, plan);
        Optimizer optimizer = optimizer(config, weights, scope);
        MetricsFile metrics = new MetricsFile(folder.path())) {
      List<RunListener> all = new ArrayList<>(List.of(metrics, new FlightEvents()));
      all.addAll(order.listeners);
      Objective objective = order.objective(other == null ? null : other.objective(), config);
      String held = "none";
      if (order.held != null) {
        WeightAnchor anchor = order.held.anchor(weights, scope);
        objective = new AnchoredObjective(objective, anchor, order.held.lambda());
        held = "lambda %s, %s".formatted(order.held.lambda(), anchor.fingerprint());
      }
      if (adapter != null) {
        objective = adapter.objective(objective);
      }
      if (probe != null) {
        return probe.measure(config, bound, weights, objective, optimizer);
      }
      TrainLoop loop =
          new TrainLoop(
              config,
              identity.and("anchor", held),
              bound,
              weights,
              objective,
              optimizer,
              plan.get(),
              folder,
              export,
              order.evaluation,
              all);
      running.accept(loop);
      RunResult result = loop.run(order.resume);
      AtomicFolder.replace(target, export);
      return result;
    } finally {
      running.accept(null);
    }
  }

  private Optimizer optimizer(TrainConfig config, TrainableTensors weights, TensorScope scope) {
    Optimizer plain = config.optimizer().optimizer(weights, scope);
    return adapter == null ? plain : adapter.optimizer(plain, scope);
  }

  /** That of a teacher, or of a module beside; null where labels alone are learned. */
  private LossOrder.Begun otherLoss(
      BoundModel bound, TrainableTensors weights, Supplier<BatchPlan> plan) {
    if (order.loss != null) {
      return order.loss.begin(
          new LossOrder.Start(
              bound, ready.data(), probe == null ? Optional.of(plan) : Optional.empty()));
    }
    return order.teacher == null
        ? null
        : order.teacher.begin(
            new TeacherOrder.Student(
                model.architecture(), order.tokenizer.fingerprint(), plan, weights, seed()));
  }
}
