package org.tune4j.engine.trainer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.VirtualTokens;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.RowEncoder;
import org.tune4j.engine.data.TaskEncoder;
import org.tune4j.engine.data.TrainingData;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Fp32Module;
import org.tune4j.engine.model.RouterLoss;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.AdversarialObjective;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.NeftuneObjective;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.preflight.FileRows;
import org.tune4j.engine.preflight.Preflight;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.preflight.PreflightRow;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.MemoryExclusion;
import org.tune4j.engine.train.MemoryForecast;
import org.tune4j.engine.train.MemoryPlan;
import org.tune4j.engine.train.MemorySettings;
import org.tune4j.engine.train.RunForecast;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.Tuning;

/** What a {@link Trainer} was told to do, and how it gets ready for it. */
final class TrainingOrder {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingOrder.class);
  final Architecture architecture;
  final DType dtype;
  final Tokenizer tokenizer;
  final TrainConfig config;
  final long loadedBytes;
  private final CausalLmObjective nextTokens;
  final List<RunListener> listeners = new ArrayList<>();
  DataConfig data = DataConfig.DEFAULT;

  /** Both null where next tokens are learned. */
  HeadTask task;

  HeadObjective headObjective;

  double adversarialEpsilon;

  /** Null where labels alone are learned. */
  TeacherOrder teacher;

  /** A loss that a module beside brings; null for none. */
  LossOrder loss;

  /** What holds the weights; null for nothing. */
  HeldWeights held;

  ExampleSource heldOut;
  Evaluation evaluation;
  WeightFormat format = WeightFormat.PLAIN;
  boolean resume;

  /** Null for a run that is made as it was asked for. */
  Autotune autotune;

  long memoryLimit = Long.MAX_VALUE;
  boolean memoryAuto;

  /**
   * An order.
   *
   * @param loadedBytes of the model's weights, as far as they are in memory already
   */
  TrainingOrder(
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      TrainConfig config,
      long loadedBytes) {
    this.architecture = architecture;
    this.dtype = dtype;
    this.tokenizer = tokenizer;
    this.config = config;
    this.loadedBytes = loadedBytes;
    config.lossScaler(dtype); // Refused before anything is read.
    this.nextTokens =
        CausalLmObjective.of(
            architecture,
            Optional.ofNullable(config.routerAuxLossCoef()),
            config.labelSmoothingFactor());
  }

  /**
   * Rows that were looked at, and updates that fit into memory.
   *
   * @param tuned whether it has been chosen how fast it is
   */
  record Ready(TrainingData rows, TrainConfig config, DataConfig data, boolean tuned) {
    Ready tuned(TrainConfig chosen, int maxLength) {
      return new Ready(rows, chosen, data.withMaxLength(maxLength), true);
    }

    /** The documents of an epoch. */
    Stream<EncodedExample> documents() {
      BatchPlan plan = rows.plan(batches(config, data));
      return IntStream.range(0, plan.windows())
          .mapToObj(window -> plan.window(0, window))
          .flatMap(List::stream)
          .flatMap(List::stream);
    }
  }

  /** Refuses what excludes each other or is of something else, before anything is loaded. */
  void requireFit(Adapter adapter) {
    config.memory().storage().requireFor(dtype);
    config.memory().storage().requireFor(adapter.trainedWeights(), architecture.exact());
    MemoryExclusion.check(config, held != null, adversarialEpsilon > 0, !adapter.isFullTraining());
    if (held != null) {
      held.requireOf(adapter);
    }
    if (loss != null) {
      requireNextTokensOnly();
      loss.requireFor(architecture, adapter, config);
    }
  }

  /** Refuses beside a loss of its own kind what is part of others. */
  private void requireNextTokensOnly() {
    Double routers = config.routerAuxLossCoef();
    if (task != null
        || teacher != null
        || adversarialEpsilon > 0
        || config.labelSmoothingFactor() > 0
        || routers != null && routers > 0) {
      throw new ConfigException(
          "a loss of %s excludes heads, teachers, adversarial_epsilon, label_smoothing_factor and router_aux_loss_coef"
              .formatted(loss.identity()));
    }
    if (routers == null && architecture.routerLoss().filter(RouterLoss::added).isPresent()) {
      throw new ConfigException(
          "router_aux_loss_coef: the model's configuration adds the loss of its routers, which is not"
              + " for a loss of %s; set it to 0".formatted(loss.identity()));
    }
  }

  /**
   * Refuses another model than was planned for.
   *
   * @param run as it was planned
   * @throws ConfigException if it computes in another type, or keeps other parts in fp32, or its
   *     device has no files to spill to
   */
  void requirePlanned(TrainConfig run, CausalLm model) {
    Set<Fp32Module> planned = architecture.fp32Modules();
    Set<Fp32Module> found = model.architecture().fp32Modules();
    if (model.dtype() != dtype || !found.equals(planned)) {
      throw new ConfigException(
          "the model: planned for %s with %s in fp32, found %s with %s"
              .formatted(dtype, planned, model.dtype(), found));
    }
    MemorySettings memory = run.memory();
    if ((memory.spillStates() || memory.spillActivations())
        && !model.scope().device().equals("cpu")) {
      throw new ConfigException("spill: is for models on the CPU, found " + model.scope().device());
    }
  }

  Ready prepare(ExampleSource rows, Adapter adapter, RunFolder run) {
    if (config.lossChunkSize() > 0 && !learnsTokens()) {
      throw new ConfigException(
          "loss_chunk_size = %d: is for next tokens, and not for heads, distillation or preferences"
              .formatted(config.lossChunkSize()));
    }
    Optional<RunIdentity> earlier = resume ? RunIdentity.of(run.checkpoints()) : Optional.empty();
    Optional<Tuning> begun =
        earlier
            .filter(each -> autotune != null)
            .flatMap(Tuning::of)
            .filter(each -> each.divides(config, data.maxLength()));
    begun.ifPresent(each -> NativeGate.setThreads(each.threads()));
    return prepare(
        begun.map(each -> each.applied(config, data.maxLength())).orElse(config),
        begun.map(each -> data.withMaxLength(each.maxLength())).orElse(data),
        earlier,
        begun.isPresent() || autotune == null,
        rows,
        adapter,
        run);
  }

  private Ready prepare(
      TrainConfig config,
      DataConfig data,
      Optional<RunIdentity> earlier,
      boolean tuned,
      ExampleSource rows,
      Adapter adapter,
      RunFolder run) {
    if (teacher != null && adapter.virtualTokens().isPresent()) {
      throw new ConfigException(
          "distillation: virtual tokens stand before the student's texts, which the teacher does not"
              + " read");
    }
    if (teacher != null && task != null) {
      throw new ConfigException("distillation: is for next tokens, and not for heads");
    }
    Preflight preflight = new Preflight(tokenizer, data.preflightAllow());
    TrainingData learned =
        TrainingData.of(
            rows,
            encoder(data, adapter),
            data,
            batches(config, data),
            (example, tokens) ->
                preflight.add(
                    PreflightRow.of(
                        example, readsTokens() ? Optional.of(tokens) : Optional.empty())));
    try {
      long available = MemoryForecast.available(memoryLimit);
      // Measured first: from then on the process has its native libraries in memory.
      double flopsPerSecond = RunForecast.flopsPerSecond(architecture, dtype);
      boolean rungs = adapter.isFullTraining() && held == null;
      Planner planner = new Planner(config, earlier, learned, data, adapter, available);
      MemoryPlan plan = planner.plan(rungs && memoryAuto);
      Optional<MemoryPlan> fitting =
          plan.fits(available) || !rungs || memoryAuto
              ? Optional.empty()
              : Optional.of(planner.plan(true)).filter(other -> other.fits(available));
      PreflightReport report =
          preflight.report(
              new FileRows(learned.lookedAt().rows(), learned.lookedAt().bad()),
              heldOut == null ? FileRows.NONE : preflight.addHeldOut(heldOut, data),
              Optional.of(
                  RunForecast.of(
                      architecture,
                      adapter.isFullTraining(),
                      plan,
                      fitting,
                      available,
                      batches(plan.config(), data),
                      learned.lookedAt(),
                      flopsPerSecond / (adversarialEpsilon == 0 ? 1 : 2))));
      report.writeTo(run.path());
      listeners.forEach(listener -> listener.onPreflight(report));
      report.refuseIfAny();
      adapter
          .doubts(updates(learned, plan.config(), data))
          .ifPresent(doubt -> LOG.warn("{}: {}", run.path(), doubt));
      return new Ready(learned, plan.config(), data, tuned);
    } catch (RuntimeException | Error e) {
      learned.close();
      throw e;
    }
  }

  /** Plans the memory of a run, with other settings of memory or without. */
  private final class Planner {
    private final TrainConfig config;
    private final Optional<RunIdentity> earlier;
    private final Adapter adapter;
    private final IntFunction<int[]> largest;
    private final long process;
    private final long available;

    Planner(
        TrainConfig config,
        Optional<RunIdentity> earlier,
        TrainingData learned,
        DataConfig data,
        Adapter adapter,
        long available) {
      this.config = config;
      this.earlier = earlier;
      this.adapter = adapter;
      this.process =
          processBytes(loadedBytes, adapter)
              + (loss == null ? 0 : loss.bytes(learned.lookedAt(), adapter));
      this.available = available;
      // Many plans have micro-batches of the same size, and finding the largest reads all lengths.
      Map<Integer, int[]> found = new HashMap<>();
      long updates = updates(learned, config, data);
      this.largest =
          size -> found.computeIfAbsent(size, rows -> learned.largestMicroBatch(rows, updates));
    }

    MemoryPlan plan(boolean ladder) {
      return MemoryPlan.of(
          architecture,
          adapter,
          dtype,
          format,
          config,
          ladder,
          adversarialEpsilon > 0,
          earlier,
          largest,
          process,
          available);
    }
  }

  /** Whether next tokens are learned, from their labels. */
  boolean learnsTokens() {
    return task == null && teacher == null && loss == null;
  }

  private boolean readsTokens() {
    return loss == null ? task == null : loss.learnsTokens();
  }

  private RowEncoder encoder(DataConfig data, Adapter adapter) {
    if (loss != null) {
      return loss.encoder(tokenizer, data);
    }
    RowEncoder encoder =
        task == null
            ? new ExampleEncoder(tokenizer, data)
            : new LabelEncoder(tokenizer, data, task);
    int tasks = adapter.virtualTokens().map(VirtualTokens::tasks).orElse(1);
    return tasks == 1 ? encoder : new TaskEncoder(encoder, tasks);
  }

  /** What is trained besides what the method trains: it belongs to the loss. */
  List<Trainable> ofLoss() {
    return teacher == null ? List.of() : teacher.ofLoss(architecture);
  }

  /**
   * The loss of batches.
   *
   * @param taught of the teacher, or of a module beside; null where there is none
   */
  Objective objective(Objective taught, TrainConfig config) {
    Objective labels = task == null ? nextTokens.inChunksOf(config.lossChunkSize()) : headObjective;
    Objective plain = taught == null ? labels : taught;
    if (config.neftuneNoiseAlpha() > 0) {
      return new NeftuneObjective(plain, config.neftuneNoiseAlpha());
    }
    return adversarialEpsilon == 0 ? plain : new AdversarialObjective(plain, adversarialEpsilon);
  }

  /** How many updates a run makes. */
  static long updates(TrainingData rows, TrainConfig config, DataConfig data) {
    return RunForecast.steps(config, batches(config, data), rows.lookedAt());
  }

  /**
   * What the process will have besides the model and what is trained.
   *
   * @param loaded bytes of the model that it has already
   */
  long processBytes(long loaded, Adapter adapter) {
    return MemoryForecast.processNow(loaded)
        + (held == null ? 0 : held.bytes(adapter))
        + lossBytes();
  }

  /** Of what is trained with the loss: masters, gradients, a copy in bf16, and state. */
  private long lossBytes() {
    return Trainable.elements(ofLoss()) * 10 + config.optimizer().stateBytes(ofLoss());
  }

  static BatchConfig batches(TrainConfig training, DataConfig data) {
    int micro = training.perDeviceTrainBatchSize();
    return new BatchConfig(
        training.seed(),
        micro * training.gradientAccumulationSteps(),
        micro,
        data.packing(),
        data.maxLength(),
        data.groupByLength());
  }
}
