package org.tune4j.engine.train;

import static org.tune4j.engine.Wanted.require;

import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.LossScaler;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.optim.ScheduleFreeAdamW;
import org.tune4j.engine.tensor.DType;

/**
 * A training run, with the names and defaults of transformers' {@code TrainingArguments} where it
 * has them.
 *
 * @param learningRate the highest rate
 * @param lrSchedulerType curve of the rate
 * @param lrSchedulerKwargs what the curve takes besides
 * @param warmupSteps updates during which the rate rises; below 1 a share of all updates
 * @param numTrainEpochs how often each example is seen
 * @param maxSteps updates in all; 0 for as many as the epochs give
 * @param perDeviceTrainBatchSize examples (or packed rows) of a micro-batch
 * @param gradientAccumulationSteps micro-batches of an update
 * @param maxGradNorm the gradient is scaled down to this Euclidean norm; 0 for no limit
 * @param routerAuxLossCoef what the load-balancing loss of routers counts in the loss, 0 for none;
 *     null for what the model's configuration says
 * @param labelSmoothingFactor share of what is wanted of a token that is spread over the whole
 *     vocabulary in training; evaluation is plain
 * @param neftuneNoiseAlpha how much noise is added to the vectors of words in training, see {@link
 *     org.tune4j.engine.objective.NeftuneObjective}; 0 for none
 * @param optimizer which optimizer, with its settings
 * @param memory how what is trained is held
 * @param lossScaler how the loss is scaled where the model computes in fp16; null for torch's
 *     defaults, and where it computes in anything else
 * @param recompute which activations are computed again in the backward pass
 * @param seed what everything random is a function of
 * @param evalSteps evaluate every so many updates; 0 for never
 * @param saveSteps write a checkpoint every so many updates; 0 for never
 * @param saveTotalLimit checkpoints that are kept; 0 for all. The best one is never deleted
 * @param metricForBestModel which value of the evaluation decides; null for none
 * @param greaterIsBetter whether more of it is better
 * @param earlyStoppingPatience stop after so many evaluations without a better value; 0 for never
 * @param earlyStoppingThreshold by how much a value must be better
 * @param loadBestModelAtEnd end with the weights of the best evaluation
 * @param lossSpike what is done about a step whose loss lies far above the last hundred
 * @param lossChunkSize labelled tokens whose scores are held at once; 0 for as many as make about
 *     25 MB in fp32
 */
public record TrainConfig(
    double learningRate,
    Schedule.Type lrSchedulerType,
    Map<String, Object> lrSchedulerKwargs,
    double warmupSteps,
    double numTrainEpochs,
    long maxSteps,
    int perDeviceTrainBatchSize,
    int gradientAccumulationSteps,
    double maxGradNorm,
    Double routerAuxLossCoef,
    double labelSmoothingFactor,
    double neftuneNoiseAlpha,
    OptimizerConfig optimizer,
    MemorySettings memory,
    LossScaler.Settings lossScaler,
    Recompute recompute,
    long seed,
    long evalSteps,
    long saveSteps,
    int saveTotalLimit,
    String metricForBestModel,
    boolean greaterIsBetter,
    int earlyStoppingPatience,
    double earlyStoppingThreshold,
    boolean loadBestModelAtEnd,
    LossSpike lossSpike,
    int lossChunkSize) {
  /** What is done about a loss spike. */
  public enum LossSpike {
    /** It is learned from and told. */
    TELL,
    /** It is not learned from. */
    SKIP
  }

  public TrainConfig {
    lrSchedulerKwargs = Map.copyOf(lrSchedulerKwargs);
    require(learningRate >= 0, "learning_rate", "at least 0", learningRate);
    require(warmupSteps >= 0, "warmup_steps", "at least 0", warmupSteps);
    require(numTrainEpochs > 0, "num_train_epochs", "above 0", numTrainEpochs);
    require(maxSteps >= 0, "max_steps", "at least 0", maxSteps);
    require(
        perDeviceTrainBatchSize > 0,
        "per_device_train_batch_size",
        "above 0",
        perDeviceTrainBatchSize);
    require(
        gradientAccumulationSteps > 0,
        "gradient_accumulation_steps",
        "above 0",
        gradientAccumulationSteps);
    require(maxGradNorm >= 0, "max_grad_norm", "at least 0", maxGradNorm);
    double coefficient = routerAuxLossCoef == null ? 0 : routerAuxLossCoef;
    require(
        coefficient >= 0 && Double.isFinite(coefficient),
        "router_aux_loss_coef",
        "a finite number of at least 0",
        coefficient);
    require(
        labelSmoothingFactor >= 0 && labelSmoothingFactor < 1,
        "label_smoothing_factor",
        "0 up to but not 1",
        labelSmoothingFactor);
    require(
        neftuneNoiseAlpha >= 0 && Double.isFinite(neftuneNoiseAlpha),
        "neftune_noise_alpha",
        "a finite number of at least 0",
        neftuneNoiseAlpha);
    require(evalSteps >= 0, "eval_steps", "at least 0", evalSteps);
    require(saveSteps >= 0, "save_steps", "at least 0", saveSteps);
    require(saveTotalLimit >= 0, "save_total_limit", "at least 0", saveTotalLimit);
    require(
        earlyStoppingPatience >= 0, "early_stopping_patience", "at least 0", earlyStoppingPatience);
    require(lossChunkSize >= 0, "loss_chunk_size", "at least 0", lossChunkSize);
    if (optimizer instanceof ScheduleFreeAdamW.Settings) {
      require(
          lrSchedulerType == Schedule.Type.CONSTANT
              || lrSchedulerType == Schedule.Type.CONSTANT_WITH_WARMUP,
          "lr_scheduler_type",
          "constant or constant_with_warmup for optim " + optimizer.key(),
          lrSchedulerType.name().toLowerCase(Locale.ROOT));
    }
    boolean plateau = lrSchedulerType == Schedule.Type.REDUCE_LR_ON_PLATEAU;
    if (plateau && (evalSteps == 0 || metricForBestModel == null || warmupSteps > 0)) {
      throw new ConfigException(
          "reduce_lr_on_plateau needs eval_steps and metric_for_best_model, and has no warmup_steps");
    }
    if ((earlyStoppingPatience > 0 || loadBestModelAtEnd)
        && (evalSteps == 0 || metricForBestModel == null)) {
      throw new ConfigException(
          "early_stopping_patience and load_best_model_at_end need eval_steps and"
              + " metric_for_best_model");
    }
    MemoryExclusion.check(
        new MemoryExclusion.Beside(
            memory,
            optimizer,
            maxGradNorm,
            gradientAccumulationSteps,
            lossSpike,
            false,
            false,
            false));
  }

  /**
   * The same updates in micro-batches of another size, which divides {@code
   * per_device_train_batch_size}.
   */
  TrainConfig divided(int microBatchSize, Recompute blocks) {
    return divided(
        microBatchSize,
        perDeviceTrainBatchSize / microBatchSize * gradientAccumulationSteps,
        blocks,
        lossChunkSize);
  }

  /** The same updates in so many micro-batches of so many rows. */
  TrainConfig divided(int microBatchSize, int microBatches, Recompute blocks, int chunkSize) {
    return toBuilder()
        .perDeviceTrainBatchSize(microBatchSize)
        .gradientAccumulationSteps(microBatches)
        .recompute(blocks)
        .lossChunkSize(chunkSize)
        .build();
  }

  /**
   * How the loss of a model that computes in that type is scaled; null for not at all.
   *
   * @throws ConfigException if it is said how, and the type is not fp16; or if it is, and gradients
   *     are not held in fp32 until the update: they could not be divided again
   */
  public LossScaler.Settings lossScaler(DType dtype) {
    if (dtype == DType.FLOAT16) {
      TrainedStorage.Gradients gradients = memory.storage().gradients();
      if (gradients != TrainedStorage.Gradients.FP32) {
        throw new ConfigException(
            "gradients = %s: does not go with precision fp16, whose scaled gradients are fp32"
                .formatted(gradients.name().toLowerCase(Locale.ROOT)));
      }
      return lossScaler == null ? LossScaler.Settings.DEFAULT : lossScaler;
    }
    if (lossScaler != null) {
      throw new ConfigException(
          "init_scale, growth_factor, backoff_factor, growth_interval: are for fp16, and the model"
              + " computes in "
              + dtype);
    }
    return null;
  }

  /** The schedule of a run of so many updates. */
  public Schedule schedule(long totalSteps) {
    long warmup =
        warmupSteps < 1 ? (long) Math.ceil(warmupSteps * totalSteps) : Math.round(warmupSteps);
    return new Schedule(lrSchedulerType, warmup, totalSteps, lrSchedulerKwargs);
  }

  /** This, to be changed. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.learningRate = learningRate;
    builder.lrSchedulerType = lrSchedulerType;
    builder.lrSchedulerKwargs = lrSchedulerKwargs;
    builder.warmupSteps = warmupSteps;
    builder.numTrainEpochs = numTrainEpochs;
    builder.maxSteps = maxSteps;
    builder.perDeviceTrainBatchSize = perDeviceTrainBatchSize;
    builder.gradientAccumulationSteps = gradientAccumulationSteps;
    builder.maxGradNorm = maxGradNorm;
    builder.routerAuxLossCoef = routerAuxLossCoef;
    builder.labelSmoothingFactor = labelSmoothingFactor;
    builder.neftuneNoiseAlpha = neftuneNoiseAlpha;
    builder.optimizer = optimizer;
    builder.memory = memory;
    builder.lossScaler = lossScaler;
    builder.recompute = recompute;
    builder.seed = seed;
    builder.evalSteps = evalSteps;
    builder.saveSteps = saveSteps;
    builder.saveTotalLimit = saveTotalLimit;
    builder.metricForBestModel = metricForBestModel;
    builder.greaterIsBetter = greaterIsBetter;
    builder.earlyStoppingPatience = earlyStoppingPatience;
    builder.earlyStoppingThreshold = earlyStoppingThreshold;
    builder.loadBestModelAtEnd = loadBestModelAtEnd;
    builder.lossSpike = lossSpike;
    builder.lossChunkSize = lossChunkSize;
    return builder;
  }

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from the defaults. */
  public static final class Builder {
    private double learningRate = 5e-5;
    private Schedule.Type lrSchedulerType = Schedule.Type.LINEAR;
    private Map<String, Object> lrSchedulerKwargs = Map.of();
    private double warmupSteps;
    private double numTrainEpochs = 3;
    private long maxSteps;
    private int perDeviceTrainBatchSize = 8;
    private int gradientAccumulationSteps = 1;
    private double maxGradNorm = 1;
    private Double routerAuxLossCoef;
    private double labelSmoothingFactor;
    private double neftuneNoiseAlpha;
    private OptimizerConfig optimizer = new AdamW.Settings(0.9, 0.999, 1e-8, 0);
    private MemorySettings memory = MemorySettings.PLAIN;
    private LossScaler.Settings lossScaler;
    private Recompute recompute = Recompute.NONE;
    private long seed = 42;
    private long evalSteps;
    private long saveSteps;
    private int saveTotalLimit;
    private String metricForBestModel;
    private boolean greaterIsBetter;
    private int earlyStoppingPatience;
    private double earlyStoppingThreshold;
    private boolean loadBestModelAtEnd;
    private LossSpike lossSpike = LossSpike.TELL;
    private int lossChunkSize;

    private Builder() {}

    public Builder learningRate(double value) {
      learningRate = value;
      return this;
    }

    public Builder lrSchedulerType(Schedule.Type value) {
      lrSchedulerType = value;
      return this;
    }

    public Builder lrSchedulerKwargs(Map<String, Object> value) {
      lrSchedulerKwargs = value;
      return this;
    }

    public Builder warmupSteps(double value) {
      warmupSteps = value;
      return this;
    }

    public Builder numTrainEpochs(double value) {
      numTrainEpochs = value;
      return this;
    }

    public Builder maxSteps(long value) {
      maxSteps = value;
      return this;
    }

    public Builder perDeviceTrainBatchSize(int value) {
      perDeviceTrainBatchSize = value;
      return this;
    }

    public Builder gradientAccumulationSteps(int value) {
      gradientAccumulationSteps = value;
      return this;
    }

    public Builder maxGradNorm(double value) {
      maxGradNorm = value;
      return this;
    }

    public Builder routerAuxLossCoef(double value) {
      routerAuxLossCoef = value;
      return this;
    }

    public Builder labelSmoothingFactor(double value) {
      labelSmoothingFactor = value;
      return this;
    }

    public Builder neftuneNoiseAlpha(double value) {
      neftuneNoiseAlpha = value;
      return this;
    }

    public Builder optimizer(OptimizerConfig value) {
      optimizer = value;
      return this;
    }

    public Builder memory(MemorySettings value) {
      memory = value;
      return this;
    }

    public Builder lossScaler(LossScaler.Settings value) {
      lossScaler = value;
      return this;
    }

    public Builder recompute(Recompute value) {
      recompute = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder evalSteps(long value) {
      evalSteps = value;
      return this;
    }

    public Builder saveSteps(long value) {
      saveSteps = value;
      return this;
    }

    public Builder saveTotalLimit(int value) {
      saveTotalLimit = value;
      return this;
    }

    /** Which value of the evaluation decides, and whether more of it is better. */
    public Builder metricForBestModel(String metric, boolean greater) {
      metricForBestModel = metric;
      greaterIsBetter = greater;
      return this;
    }

    public Builder earlyStoppingPatience(int value) {
      earlyStoppingPatience = value;
      return this;
    }

    public Builder earlyStoppingThreshold(double value) {
      earlyStoppingThreshold = value;
      return this;
    }

    public Builder loadBestModelAtEnd(boolean value) {
      loadBestModelAtEnd = value;
      return this;
    }

    public Builder lossSpike(LossSpike value) {
      lossSpike = value;
      return this;
    }

    public Builder lossChunkSize(int value) {
      lossChunkSize = value;
      return this;
    }

    public TrainConfig build() {
      return new TrainConfig(
          learningRate,
          lrSchedulerType,
          lrSchedulerKwargs,
          warmupSteps,
          numTrainEpochs,
          maxSteps,
          perDeviceTrainBatchSize,
          gradientAccumulationSteps,
          maxGradNorm,
          routerAuxLossCoef,
          labelSmoothingFactor,
          neftuneNoiseAlpha,
          optimizer,
          memory,
          lossScaler,
          recompute,
          seed,
          evalSteps,
          saveSteps,
          saveTotalLimit,
          metricForBestModel,
          greaterIsBetter,
          earlyStoppingPatience,
          earlyStoppingThreshold,
          loadBestModelAtEnd,
          lossSpike,
          lossChunkSize);
    }
  }
}
