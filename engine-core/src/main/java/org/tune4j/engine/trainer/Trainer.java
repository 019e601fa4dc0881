package org.tune4j.engine.trainer;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RouterLoss;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.AdversarialObjective;
import org.tune4j.engine.objective.Distillation;
import org.tune4j.engine.objective.DistillationObjective;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.HiddenMatch;
import org.tune4j.engine.objective.TeacherLogitsWriter;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainLoop;

/**
 * Fine-tuning from rows to what was trained, whatever the method: looks at the rows, plans the
 * memory, trains, evaluates, writes. A subclass says what is trained and how it is written.
 *
 * @param <S> the subclass
 * @param <R> what a run gives, to be closed
 */
public abstract class Trainer<S extends Trainer<S, R>, R extends TrainedRun> {
  private final CausalLm base;
  private final TrainingOrder order;
  private volatile TrainLoop loop;
  private volatile boolean cancelled;

  /** Trains on a model that is loaded. */
  protected Trainer(CausalLm base, Tokenizer tokenizer, TrainConfig trainConfig) {
    Architecture architecture = base.architecture();
    this.base = base;
    this.order =
        new TrainingOrder(
            architecture,
            base.dtype(),
            tokenizer,
            trainConfig,
            base.format().bytes(architecture, base.dtype()));
    order.format = base.format();
  }

  /**
   * Trains on a model that is loaded once its run is planned: see {@link #plan}.
   *
   * @param dtype the element type that it will be loaded in
   */
  protected Trainer(
      Architecture architecture, DType dtype, Tokenizer tokenizer, TrainConfig trainConfig) {
    this.base = null;
    this.order = new TrainingOrder(architecture, dtype, tokenizer, trainConfig, 0);
  }

  /** This. */
  protected abstract S self();

  /** What the method puts into a model, and what of the model itself it trains. */
  protected abstract Adapter adapter(Architecture model);

  /**
   * Binds the method to a model, runs, and says what that gave. What it made is closed when it
   * throws.
   */
  protected abstract R train(TrainingRun run);

  /** From rows to what is learned. Default {@link DataConfig#DEFAULT}. */
  public S data(DataConfig value) {
    order.data = value;
    return self();
  }

  /**
   * Trains the model's task head by the usual loss of the task, in place of the next token.
   *
   * @param value what rows mean, with as many labels as the head has
   * @throws ConfigException if the model has no such head; see {@link CausalLm#load(Path, DType,
   *     String, HeadTask, long)}
   */
  public S head(HeadTask value) {
    return head(value, HeadLoss.of(value));
  }

  /**
   * Trains the model's task head, in place of the next token.
   *
   * @throws ConfigException if the model has no such head, or the loss is none of this task
   */
  public S head(HeadTask value, HeadLoss loss) {
    Double routers = order.config.routerAuxLossCoef();
    if (routers != null && routers > 0) {
      throw new ConfigException(
          "router_aux_loss_coef = " + routers + ": is for next tokens, and not for heads");
    }
    if (order.config.labelSmoothingFactor() > 0) {
      throw new ConfigException(
          "label_smoothing_factor = "
              + order.config.labelSmoothingFactor()
              + ": is for next tokens, and not for heads");
    }
    order.headObjective = HeadObjective.of(value, loss, order.architecture.head());
    order.task = value;
    return self();
  }

  /**
   * Learns from perturbed texts as well: see {@link AdversarialObjective}. An update takes twice as
   * long. Default: from plain texts alone.
   *
   * @param epsilon how far a text is moved; 0 for not at all
   * @throws ConfigException if it is below 0 or not finite
   */
  public S adversarialEpsilon(double epsilon) {
    if (!(epsilon >= 0 && Double.isFinite(epsilon))) {
      throw new ConfigException("adversarial_epsilon: wanted 0 or above, found " + epsilon);
    }
    if (epsilon > 0 && order.config.neftuneNoiseAlpha() > 0) {
      throw new ConfigException(
          "adversarial_epsilon and neftune_noise_alpha both move the vectors of words; keep one");
    }
    order.adversarialEpsilon = epsilon;
    return self();
  }

  /**
   * Learns of a teacher: see {@link Distillation}.
   *
   * @param teacher with the same vocabulary; stays open as long as this trains
   * @throws ConfigException if its vocabulary has another size, or what else is asked for has no
   *     meaning beside it
   */
  public S distil(CausalLm teacher, Distillation how) {
    DistillationObjective.requireSame(order.architecture, teacher.architecture());
    requireDistillable();
    order.teacher = new TeacherOrder.Loaded(teacher, how, Optional.empty());
    return self();
  }

  /**
   * Learns of a teacher, what stands between its blocks too: see {@link HiddenMatch}.
   *
   * @param teacher as for {@link #distil(CausalLm, Distillation)}
   * @throws ConfigException as there, or if the models cannot be matched so
   */
  public S distil(CausalLm teacher, Distillation how, HiddenMatch match) {
    distil(teacher, how);
    match.requireFor(order.architecture, teacher.architecture());
    order.teacher = new TeacherOrder.Loaded(teacher, how, Optional.of(match));
    return self();
  }

  /**
   * Learns of what a teacher said of these rows: see {@link Planned#writeTeacherLogits}.
   *
   * @param logits the file, which may be made after the run is planned
   * @throws ConfigException if what else is asked for has no meaning beside it
   */
  public S distil(Path logits, Distillation how) {
    requireDistillable();
    order.teacher = new TeacherOrder.Kept(logits, how);
    return self();
  }

  private void requireDistillable() {
    Double routers = order.config.routerAuxLossCoef();
    if (order.config.labelSmoothingFactor() > 0 || routers != null && routers > 0) {
      throw new ConfigException(
          "label_smoothing_factor = %s, router_aux_loss_coef = %s: are not for distillation"
              .formatted(order.config.labelSmoothingFactor(), routers));
    }
    if (routers == null && order.architecture.routerLoss().filter(RouterLoss::added).isPresent()) {
      throw new ConfigException(
          "router_aux_loss_coef: the model's configuration adds the loss of its routers, which is not"
              + " for distillation; set it to 0");
    }
  }

  /**
   * Learns by a loss that another module brings along, in place of that of next tokens. It excludes
   * heads and teachers, which {@link #plan} refuses.
   */
  public S loss(LossOrder value) {
    order.loss = value;
    return self();
  }

  /**
   * Elastic weight consolidation: holds each weight near what an old task left it at, by what that
   * task's Fisher information says of it. The loss has {@code lambda / 2 sum F (theta - theta*)^2}
   * besides. Takes 8 bytes a trained number.
   *
   * @param file what {@link org.tune4j.engine.objective.WeightAnchor#write} wrote, of the same
   *     tensors as are trained
   */
  public S ewc(Path file, double lambda) {
    order.held = new HeldWeights(lambda, Optional.of(file));
    return self();
  }

  /**
   * Holds all that is trained near where the run starts (L2-SP): the loss has {@code lambda / 2}
   * times the squared distance besides. Takes 4 bytes a trained number.
   */
  public S l2ToStart(double lambda) {
    order.held = new HeldWeights(lambda, Optional.empty());
    return self();
  }

  /** Rows that are measured on: told when they are among those that are learned. */
  public S heldOut(ExampleSource rows) {
    order.heldOut = rows;
    return self();
  }

  /** What is measured every {@code eval_steps}. */
  public S evaluation(Evaluation value) {
    order.evaluation = value;
    return self();
  }

  /** Is told what the run does. */
  public S listener(RunListener listener) {
    order.listeners.add(listener);
    return self();
  }

  /** Goes on from the newest checkpoint in the run's folder, if there is one. */
  public S resume(boolean value) {
    order.resume = value;
    return self();
  }

  /**
   * Tunes the run before it begins: see {@link Autotune}. One that goes on keeps what it was begun
   * with.
   */
  public S autotune(Autotune value) {
    order.autotune = value;
    return self();
  }

  /** The most memory that the process may have, in bytes; default what it can have. */
  public S memoryLimit(long bytes) {
    order.memoryLimit = bytes;
    return self();
  }

  /**
   * Whether a run that does not fit may be held in other ways that change its numbers: masters in
   * parts, 8-bit states, gradients in the type that is computed in, states in a file. The fastest
   * that fits is taken and told. Of full training only; default false.
   */
  public S memoryAuto(boolean value) {
    order.memoryAuto = value;
    return self();
  }

  /** How the model that is loaded once the run is planned holds its matrices. Default plain. */
  public S weights(WeightFormat value) {
    order.format = value;
    return self();
  }

  /** Asks the run to end after the update under way; from any thread. */
  public void cancel() {
    cancelled = true;
    TrainLoop running = loop;
    if (running != null) {
      running.cancel();
    }
  }

  /**
   * Trains.
   *
   * @param rows what to learn
   * @param run the folder for checkpoints, {@code metrics.jsonl} and, at the end, what was trained
   * @throws org.tune4j.engine.DataException if rows cannot be used, or the pre-flight report
   *     refuses them, or the run would not fit into memory
   * @throws ConfigException if the folder holds another run, or one that cannot go on under these
   *     settings
   * @return what was trained, to be closed by the caller, and how the run ended
   */
  public R train(ExampleSource rows, Path run) {
    if (base == null) {
      throw new ConfigException("the model is not loaded: call plan, load it, and train the plan");
    }
    R trained = null;
    try (Planned planned = plan(rows, run)) {
      trained = planned.train(base);
      return trained;
    } catch (RuntimeException | Error e) {
      if (trained != null) {
        trained.close(); // The folder could not be unlocked.
      }
      throw e;
    }
  }

  /**
   * Looks at the rows, forecasts what the run will take, and divides its updates so that it fits
   * into memory. Needs no weights.
   *
   * @param run as for {@link #train}
   * @throws org.tune4j.engine.DataException as {@link #train}
   * @return what is left to train, to be closed by the caller
   */
  public Planned plan(ExampleSource rows, Path run) {
    Adapter adapter = adapter(order.architecture);
    order.requireFit(adapter);
    RunFolder folder = RunFolder.open(run, order.resume);
    try {
      return new Planned(order.prepare(rows, adapter, folder), folder);
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  /** A run that can begin: its rows were looked at, and its updates divided. */
  public final class Planned implements AutoCloseable {
    private TrainingOrder.Ready ready;
    private final RunFolder run;
    private final AtomicBoolean begun = new AtomicBoolean();

    private Planned(TrainingOrder.Ready ready, RunFolder run) {
      this.ready = ready;
      this.run = run;
    }

    /** The run as it will be. */
    public TrainConfig config() {
      return ready.config();
    }

    /** From rows to what is learned, as it will be. */
    public DataConfig data() {
      return ready.data();
    }

    /**
     * Tunes the run where that was {@linkplain Trainer#autotune ordered}, once; {@link #train} does
     * it if it was not done. Sets the threads of libtorch for the whole process. Nothing that is
     * trained later has seen an update of it.
     *
     * @throws org.tune4j.engine.ModelFormatException if the file of choices holds something else
     * @return this
     */
    public Planned tune(CausalLm model) {
      if (!ready.tuned()) {
        ready =
            new Autotuner(order, ready, run, model, adapter(order.architecture))
                .tuned(probing -> Trainer.this.train(probing).close());
      }
      return this;
    }

    /**
     * Trains, once.
     *
     * @return what was trained, to be closed by the caller, and how the run ended
     * @throws ConfigException if it was trained or closed already
     */
    public R train(CausalLm model) {
      if (begun.getAndSet(true)) {
        throw new ConfigException(run.path() + ": was trained or closed already; plan it again");
      }
      order.requirePlanned(ready.config(), model);
      tune(model);
      return Trainer.this.train(
          new TrainingRun(order, ready, run, model, Trainer.this::running, null));
    }

    /**
     * Has a teacher read the rows of this run, once, and keeps what it says: {@link #distil(Path,
     * Distillation)} learns of that, and the teacher need not be in memory.
     *
     * @param topK how many of the likeliest tokens are kept of each labelled one
     * @throws ConfigException if no distillation was asked for, or the numbers mean nothing
     * @throws org.tune4j.engine.StorageException if the file cannot be written; nothing is left of
     *     it then
     */
    public void writeTeacherLogits(CausalLm teacher, Path file, int topK) {
      if (order.teacher == null) {
        throw new ConfigException("distillation: nothing was asked for that needs a teacher");
      }
      TeacherLogitsWriter.write(
          file,
          teacher,
          order.tokenizer.fingerprint(),
          topK,
          order.teacher.how().temperature(),
          ready.documents().iterator());
    }

    @Override
    public void close() {
      begun.set(true);
      ready.rows().close();
      run.close();
    }
  }

  /** The loop under way; null for none. */
  private void running(TrainLoop now) {
    loop = now;
    if (cancelled && now != null) {
      now.cancel();
    }
  }
}
