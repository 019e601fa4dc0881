package org.tune4j.lora;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.TrainingData;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.preflight.FileRows;
import org.tune4j.engine.preflight.Preflight;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.preflight.PreflightRow;
import org.tune4j.engine.report.FlightEvents;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.MemoryForecast;
import org.tune4j.engine.train.MemoryPlan;
import org.tune4j.engine.train.RunForecast;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainLoop;

/** LoRA fine-tuning of a causal language model, from rows to a saved adapter. */
public final class LoraTrainer {
  private final CausalLm base;
  private final Architecture architecture;
  private final DType dtype;
  private final Tokenizer tokenizer;
  private final LoraConfig loraConfig;
  private final TrainConfig trainConfig;
  private final CausalLmObjective objective;
  private final List<RunListener> listeners = new ArrayList<>();
  private ExampleSource heldOut;
  private Evaluation evaluation;
  private DataConfig data = DataConfig.DEFAULT;
  private boolean resume;
  private long memoryLimit = Long.MAX_VALUE;
  private String basePath = "";
  private volatile TrainLoop loop;
  private volatile boolean cancelled;

  /** Trains on a model that is loaded. */
  public LoraTrainer(
      CausalLm base, Tokenizer tokenizer, LoraConfig loraConfig, TrainConfig trainConfig) {
    this(base, base.architecture(), base.dtype(), tokenizer, loraConfig, trainConfig);
  }

  /**
   * Trains on a model that is loaded once its run is planned: see {@link #plan}.
   *
   * @param dtype the element type that it will be loaded in
   */
  public LoraTrainer(
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      LoraConfig loraConfig,
      TrainConfig trainConfig) {
    this(null, architecture, dtype, tokenizer, loraConfig, trainConfig);
  }

  private LoraTrainer(
      CausalLm base,
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      LoraConfig loraConfig,
      TrainConfig trainConfig) {
    this.base = base;
    this.architecture = architecture;
    this.dtype = dtype;
    this.tokenizer = tokenizer;
    this.loraConfig = loraConfig;
    this.trainConfig = trainConfig;
    this.objective =
        CausalLmObjective.of(architecture, Optional.ofNullable(trainConfig.routerAuxLossCoef()));
  }

  /** From rows to what is learned. Default {@link DataConfig#DEFAULT}. */
  public LoraTrainer data(DataConfig value) {
    data = value;
    return this;
  }

  /** Rows that are measured on: told when they are among those that are learned. */
  public LoraTrainer heldOut(ExampleSource rows) {
    heldOut = rows;
    return this;
  }

  /** What is measured every {@code eval_steps}. */
  public LoraTrainer evaluation(Evaluation value) {
    evaluation = value;
    return this;
  }

  /** Is told what the run does. */
  public LoraTrainer listener(RunListener listener) {
    listeners.add(listener);
    return this;
  }

  /** Goes on from the newest checkpoint in the run's folder, if there is one. */
  public LoraTrainer resume(boolean value) {
    resume = value;
    return this;
  }

  /** What the adapter says its base model is. */
  public LoraTrainer basePath(String value) {
    basePath = value;
    return this;
  }

  /** Asks the run to end after the update under way; from any thread. */
  public void cancel() {
    cancelled = true;
    TrainLoop running = loop;
    if (running != null) {
      running.cancel();
    }
  }

  /** The most memory that the process may have, in bytes; default what it can have. */
  public LoraTrainer memoryLimit(long bytes) {
    memoryLimit = bytes;
    return this;
  }

  /**
   * Trains.
   *
   * @param rows what to learn
   * @param run the folder for checkpoints, {@code metrics.jsonl} and, at the end, {@code adapter/}
   * @throws org.tune4j.engine.DataException if rows cannot be used, or the pre-flight report
   *     refuses them, or the run would not fit into memory
   * @throws ConfigException if the folder holds another run, or one that cannot go on under these
   *     settings
   * @return the trained adapter, to be closed by the caller, and how the run ended
   */
  public LoraRun train(ExampleSource rows, Path run) {
    if (base == null) {
      throw new ConfigException("the model is not loaded: call plan, load it, and train the plan");
    }
    LoraRun trained = null;
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
    RunFolder folder = RunFolder.open(run, resume);
    try {
      return plan(rows, folder);
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  private Planned plan(ExampleSource rows, RunFolder run) {
    Preflight preflight = new Preflight(tokenizer, data.preflightAllow());
    TrainingData learned =
        TrainingData.of(
            rows,
            tokenizer,
            data,
            batches(trainConfig),
            (example, tokens) -> preflight.add(PreflightRow.of(example, Optional.of(tokens))));
    try {
      long available = MemoryForecast.available(memoryLimit);
      // Measured first: from then on the process has its native libraries in memory.
      double flopsPerSecond = RunForecast.flopsPerSecond(architecture, dtype);
      MemoryPlan plan = plan(learned, run, available);
      PreflightReport report =
          preflight.report(
              new FileRows(learned.lookedAt().rows(), learned.lookedAt().bad()),
              heldOut == null ? FileRows.NONE : preflight.addHeldOut(heldOut, data),
              Optional.of(
                  RunForecast.of(
                      architecture,
                      plan,
                      available,
                      batches(plan.config()),
                      learned.lookedAt(),
                      flopsPerSecond)));
      report.writeTo(run.path());
      listeners.forEach(listener -> listener.onPreflight(report));
      report.refuseIfAny();
      return new Planned(learned, plan.config(), run);
    } catch (RuntimeException | Error e) {
      learned.close();
      throw e;
    }
  }

  private MemoryPlan plan(TrainingData learned, RunFolder run, long available) {
    long updates = RunForecast.steps(trainConfig, batches(trainConfig), learned.lookedAt());
    return MemoryPlan.of(
        architecture,
        new LoraAdapter(loraConfig, architecture),
        dtype,
        trainConfig,
        resume ? RunIdentity.of(run.checkpoints()) : Optional.empty(),
        size -> learned.largestMicroBatch(size, updates),
        MemoryForecast.processNow(base == null ? 0 : architecture.parameters() * dtype.bytes()),
        available);
  }

  /** A run that can begin: its rows were looked at, and its updates divided. */
  public final class Planned implements AutoCloseable {
    private final TrainingData learned;
    private final TrainConfig config;
    private final RunFolder run;
    private final AtomicBoolean begun = new AtomicBoolean();

    private Planned(TrainingData learned, TrainConfig config, RunFolder run) {
      this.learned = learned;
      this.config = config;
      this.run = run;
    }

    /** The run as it will be. */
    public TrainConfig config() {
      return config;
    }

    /**
     * Trains, once.
     *
     * @return the trained adapter, to be closed by the caller, and how the run ended
     * @throws ConfigException if it was trained or closed already
     */
    public LoraRun train(CausalLm model) {
      if (begun.getAndSet(true)) {
        throw new ConfigException(run.path() + ": was trained or closed already; plan it again");
      }
      return LoraTrainer.this.train(model, learned, config, run);
    }

    @Override
    public void close() {
      begun.set(true);
      learned.close();
      run.close();
    }
  }

  private LoraRun train(CausalLm model, TrainingData learned, TrainConfig config, RunFolder run) {
    Lora lora = Lora.create(model, loraConfig, config.seed());
    try (AdamW optimizer = new AdamW(lora.weights(), config.optimizer(), model.scope());
        MetricsFile metrics = new MetricsFile(run.path())) {
      List<RunListener> all = new ArrayList<>(List.of(metrics, new FlightEvents()));
      all.addAll(listeners);
      loop =
          new TrainLoop(
              config,
              RunIdentity.of(model, tokenizer, learned, data)
                  .and("method", "lora")
                  .and("lora", loraConfig),
              lora.model(),
              lora.weights(),
              objective,
              optimizer,
              learned.plan(config.perDeviceTrainBatchSize()),
              run,
              folder -> lora.writeTo(folder, basePath),
              evaluation,
              all);
      if (cancelled) {
        loop.cancel();
      }
      RunResult result = loop.run(resume);
      Path adapter = run.path().resolve("adapter");
      AtomicFolder.replace(adapter, folder -> lora.writeTo(folder, basePath));
      return new LoraRun(lora, result, learned.report(), adapter);
    } catch (RuntimeException | Error e) {
      lora.close();
      throw e;
    } finally {
      loop = null;
    }
  }

  private BatchConfig batches(TrainConfig config) {
    int micro = config.perDeviceTrainBatchSize();
    return new BatchConfig(
        config.seed(),
        micro * config.gradientAccumulationSteps(),
        micro,
        data.packing(),
        data.maxLength(),
        data.groupByLength());
  }
}
