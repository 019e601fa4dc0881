package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.RowEncoder;
import org.tune4j.engine.data.TaskEncoder;
import org.tune4j.engine.model.Fp32Module;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.Autotune;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.full.Freezing;
import org.tune4j.full.LearningRates;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.WeightMethod;
import org.tune4j.prefix.PromptLearningConfig;

/**
 * A fine-tuning run as it was ordered: what {@link SftSettings} become.
 *
 * @param evalMaxNewTokens the longest answer to a held-out prompt; 0 for no answers
 * @param evalMetrics what is measured of the answers
 * @param evalTasks task files to measure by as well
 * @param mix which rows of the files are read
 * @param addTokens tokens that the vocabulary grows by
 * @param rows from rows to what is learned
 * @param precision as {@link org.tune4j.engine.model.PrecisionChoice} names it
 * @param fp32Modules what is kept in fp32 all the same
 * @param weights how the base model's matrices are held
 * @param device {@code cpu} or {@code cuda:N}
 * @param memoryLimit bytes that the process may take
 * @param memoryAuto whether settings of memory may be changed to fit
 * @param autotune whether the run is tuned first
 * @param reportTo where the values of the run go besides its folder
 * @param prompt virtual tokens that are learned in place of {@code lora}
 * @param method another method in place of {@code lora}
 * @param rates of the model's own weights
 * @param full what is not trained, where the model's own weights are in place of {@code lora}
 * @param held what holds the weights
 * @param replay rows of old tasks
 * @param distillation of whom is learned besides the labels
 */
record SftJob(
    Path model,
    List<Path> data,
    DataMix mix,
    Optional<Path> evalData,
    int evalMaxNewTokens,
    List<Metric> evalMetrics,
    List<Path> evalTasks,
    Path output,
    AddedTokens addTokens,
    DataConfig rows,
    String precision,
    Set<Fp32Module> fp32Modules,
    WeightFormat weights,
    String device,
    boolean resume,
    Optional<Long> memoryLimit,
    boolean memoryAuto,
    Optional<Autotune> autotune,
    ReportTo reportTo,
    LoraConfig lora,
    Optional<PromptLearningConfig> prompt,
    Optional<WeightMethod> method,
    LearningRates rates,
    Optional<Freezing> full,
    HeldSettings held,
    ReplaySettings replay,
    TrainConfig train,
    Optional<DistillationSettings> distillation) {

  /** PEFT's words. */
  private static final Map<String, LoraConfig.Init> INIT =
      Map.of(
          "true", LoraConfig.Init.DEFAULT,
          "gaussian", LoraConfig.Init.GAUSSIAN,
          "false", LoraConfig.Init.RANDOM,
          "pissa", LoraConfig.Init.PISSA,
          "olora", LoraConfig.Init.OLORA);

  /** Checks what belongs together and makes the records. */
  static SftJob of(Settings settings) {
    int[] answers = {0};
    settings.integer("eval_max_new_tokens", value -> answers[0] = value);
    List<Metric> metrics = new ArrayList<>();
    settings.list("eval_metrics", names -> names.forEach(name -> metrics.add(Metrics.named(name))));
    Optional<WeightMethod> method = WeightSettings.of(settings);
    SftJob job =
        new SftJob(
            SettingsCommand.required(settings, "model"),
            DataMix.files(settings),
            DataMix.of(settings),
            settings.path("eval_data"),
            answers[0],
            metrics.isEmpty() ? Metrics.general() : List.copyOf(metrics),
            settings.paths("eval_tasks"),
            SettingsCommand.required(settings, "output"),
            AddedTokens.of(settings),
            DataSettings.config(settings),
            MemoryLadderSettings.precision(settings),
            PrecisionSettings.fp32Modules(settings),
            GenerationSettings.format(settings),
            settings.text("device").orElse("cpu"),
            settings.flag("resume"),
            settings.text("memory_limit").map(text -> ByteCount.of("memory_limit", text)),
            MemoryLadderSettings.isAuto(settings),
            autotune(settings),
            ReportTo.of(settings),
            method.isPresent() ? LoraConfig.builder().build() : lora(settings),
            PromptSettings.of(settings),
            method,
            RateSettings.of(settings),
            FullSettings.of(settings),
            HeldSettings.of(settings),
            ReplaySettings.of(settings),
            train(settings),
            DistillationSettings.of(settings));
    boolean holdsOut = job.evalData().isPresent() || job.mix().valSize() > 0;
    if (job.evalData().isPresent() && job.mix().valSize() > 0) {
      throw new ConfigException("eval_data and val_size both name held-out rows; keep one");
    }
    boolean evaluates = holdsOut || !job.evalTasks().isEmpty();
    if (evaluates != job.train().evalSteps() > 0) {
      throw new ConfigException(
          "eval_data (or val_size, or eval_tasks) and eval_steps need each other: what to evaluate"
              + " on, and how often");
    }
    if (job.evalMaxNewTokens() != 0 && !holdsOut) {
      throw new ConfigException(
          "eval_max_new_tokens needs eval_data or val_size, the prompts to answer");
    }
    boolean continues = job.evalMaxNewTokens() != 0 || !job.evalTasks().isEmpty();
    if (job.tasks() > 1 && continues) {
      throw new ConfigException(
          "eval_max_new_tokens and eval_tasks continue texts of one task, and num_tasks is %d; measure the adapter by eval --task-id"
              .formatted(job.tasks()));
    }
    if (!metrics.isEmpty() && job.evalMaxNewTokens() == 0) {
      throw new ConfigException("eval_metrics needs eval_max_new_tokens, the answers to measure");
    }
    return job;
  }

  /** How many tasks have virtual tokens of their own. */
  int tasks() {
    return prompt.map(PromptLearningConfig::numTasks).orElse(1);
  }

  /** With the task of each row, where there are several. */
  RowEncoder ofTasks(RowEncoder encoder) {
    return tasks() == 1 ? encoder : new TaskEncoder(encoder, tasks());
  }

  /** All files that rows are learned from. */
  List<Path> files() {
    List<Path> files = new ArrayList<>(data);
    files.addAll(replay.files(Optional.of(output)));
    return files;
  }

  /**
   * Every setting with the value it has now, in the groups of a configuration file, which it is.
   *
   * @param chosenPrecision what {@code auto} turned out to be
   * @param packed the rows as they are packed
   * @param planned the training as it fits into memory
   */
  Map<String, Object> resolved(String chosenPrecision, DataConfig packed, TrainConfig planned) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("model", model.toString());
    data.put("data", this.data.stream().map(Path::toString).toList());
    data.putAll(mix.resolved());
    evalData.ifPresent(path -> data.put("eval_data", path.toString()));
    data.put("eval_max_new_tokens", evalMaxNewTokens);
    if (evalMaxNewTokens > 0) {
      data.put("eval_metrics", evalMetrics.stream().map(Metric::name).toList());
    }
    if (!evalTasks.isEmpty()) {
      data.put("eval_tasks", evalTasks.stream().map(Path::toString).toList());
    }
    data.put("output", output.toString());
    if (!addTokens.isEmpty()) {
      data.put("add_tokens", addTokens.texts());
    }
    data.putAll(replay.resolved());
    data.putAll(DataSettings.resolved(packed));
    Map<String, Object> groups = new LinkedHashMap<>();
    groups.put("data", data);
    if (prompt.isPresent()) {
      groups.putAll(PromptSettings.resolved(prompt.get()));
    } else if (method.isPresent()) {
      groups.putAll(WeightSettings.resolved(method.get()));
    } else if (full.isEmpty()) {
      groups.put("lora", resolvedLora());
    }
    groups.put("train", resolvedTrain(chosenPrecision, planned));
    distillation.ifPresent(each -> groups.put("distillation", each.resolved()));
    return groups;
  }

  private Map<String, Object> resolvedLora() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("r", lora.r());
    values.put("lora_alpha", lora.loraAlpha());
    values.put("lora_dropout", lora.loraDropout());
    values.put("target_modules", text(lora.targetModules()));
    values.put("exclude_modules", text(lora.excludeModules()));
    values.put("bias", lower(lora.bias()));
    values.put("use_rslora", lora.useRslora());
    values.put("modules_to_save", lora.modulesToSave());
    values.put("rank_pattern", lora.rankPattern());
    values.put("alpha_pattern", lora.alphaPattern());
    values.put("layers_to_transform", lora.layersToTransform());
    values.put("target_parameters", lora.targetParameters());
    values.put("init_lora_weights", key(INIT, lora.initLoraWeights()));
    values.put("use_dora", lora.useDora());
    values.put("loraplus_lr_ratio", lora.loraplusLrRatio());
    if (!lora.trainableTokenIndices().isEmpty()) {
      values.put(
          "trainable_token_indices", lora.trainableTokenIndices().values().iterator().next());
    }
    return values;
  }

  private Map<String, Object> resolvedTrain(String chosenPrecision, TrainConfig planned) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("learning_rate", train.learningRate());
    values.put("lr_scheduler_type", lower(train.lrSchedulerType()));
    values.put("lr_scheduler_kwargs", train.lrSchedulerKwargs());
    values.put("warmup_steps", train.warmupSteps());
    values.put("num_train_epochs", train.numTrainEpochs());
    values.put("max_steps", train.maxSteps());
    values.put("per_device_train_batch_size", planned.perDeviceTrainBatchSize());
    values.put("gradient_accumulation_steps", planned.gradientAccumulationSteps());
    values.put("max_grad_norm", train.maxGradNorm());
    if (train.routerAuxLossCoef() != null) {
      values.put("router_aux_loss_coef", train.routerAuxLossCoef());
    }
    values.put("label_smoothing_factor", train.labelSmoothingFactor());
    values.put("neftune_noise_alpha", train.neftuneNoiseAlpha());
    values.putAll(OptimizerSettings.resolved(planned.optimizer()));
    values.putAll(FullSettings.resolved(full));
    values.putAll(RateSettings.resolved(rates));
    values.putAll(held.resolved());
    values.put("precision", chosenPrecision);
    values.putAll(PrecisionSettings.resolved(fp32Modules, train.lossScaler()));
    values.put("weights", lower(weights));
    values.put("device", device);
    memoryLimit.ifPresent(bytes -> values.put("memory_limit", bytes));
    values.put("memory", memoryAuto ? "auto" : "given");
    values.putAll(MemoryLadderSettings.resolved(planned.memory()));
    values.put("recompute", lower(planned.recompute()));
    values.put("loss_chunk_size", planned.lossChunkSize());
    values.put("seed", train.seed());
    values.put("eval_steps", train.evalSteps());
    values.put("save_steps", train.saveSteps());
    values.put("save_total_limit", train.saveTotalLimit());
    if (train.metricForBestModel() != null) {
      values.put("metric_for_best_model", train.metricForBestModel());
      values.put("greater_is_better", train.greaterIsBetter());
    }
    values.put("early_stopping_patience", train.earlyStoppingPatience());
    values.put("early_stopping_threshold", train.earlyStoppingThreshold());
    values.put("load_best_model_at_end", train.loadBestModelAtEnd());
    values.put("loss_spike", lower(train.lossSpike()));
    values.putAll(reportTo.resolved());
    return values;
  }

  private static Object text(TargetModules modules) {
    if (modules instanceof TargetModules.Names names) {
      return names.names();
    }
    if (modules instanceof TargetModules.Regex regex) {
      return regex.expression();
    }
    return modules == null ? null : TargetModules.ALL_LINEAR;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static <T> String key(Map<String, T> choices, T value) {
    return choices.entrySet().stream()
        .filter(choice -> choice.getValue() == value)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** The adapter. */
  static LoraConfig lora(Settings settings) {
    LoraConfig.Builder lora = LoraConfig.builder();
    settings.integer("r", lora::r);
    settings.number("lora_alpha", lora::loraAlpha);
    settings.number("lora_dropout", lora::loraDropout);
    modules(settings, "target_modules").ifPresent(lora::targetModules);
    modules(settings, "exclude_modules").ifPresent(lora::excludeModules);
    settings.choice("bias", LoraConfig.Bias.class, lora::bias);
    settings.flag("use_rslora", lora::useRslora);
    settings.list("modules_to_save", names -> lora.modulesToSave(names.toArray(String[]::new)));
    settings.numbers("rank_pattern", ranks -> lora.rankPattern(whole(ranks)));
    settings.numbers("alpha_pattern", lora::alphaPattern);
    settings.integers(
        "layers_to_transform", blocks -> lora.layersToTransform(blocks.toArray(Integer[]::new)));
    settings.list(
        "target_parameters", names -> lora.targetParameters(names.toArray(String[]::new)));
    settings.choice("init_lora_weights", INIT, lora::initLoraWeights);
    settings.flag("use_dora", lora::useDora);
    settings.number("loraplus_lr_ratio", lora::loraplusLrRatio);
    settings.integers(
        "trainable_token_indices",
        tokens -> lora.trainableTokenIndices(tokens.toArray(Integer[]::new)));
    return lora.build();
  }

  private static Map<String, Integer> whole(Map<String, Double> ranks) {
    Map<String, Integer> whole = new LinkedHashMap<>();
    ranks.forEach(
        (module, rank) -> {
          if (rank != rank.intValue()) {
            throw new ConfigException(
                "rank_pattern." + module + ": wanted a whole number, found " + rank);
          }
          whole.put(module, rank.intValue());
        });
    return whole;
  }

  /**
   * Names with commas between or as a list; {@code all-linear}; anything else is an expression, as
   * in PEFT.
   */
  static Optional<TargetModules> modules(Settings settings, String name) {
    Optional<String> text = settings.isList(name) ? Optional.empty() : settings.text(name);
    if (text.isPresent() && !text.get().matches("[\\w.,\\- ]+")) {
      return Optional.of(new TargetModules.Regex(text.get()));
    }
    TargetModules[] modules = {null};
    settings.list(name, names -> modules[0] = TargetModules.of(names.toArray(String[]::new)));
    return Optional.ofNullable(modules[0]);
  }

  private static Optional<Autotune> autotune(Settings settings) {
    Optional<Path> file = settings.path("autotune_file");
    if (settings.flag("autotune")) {
      return Optional.of(new Autotune(file.orElseGet(Autotune::userFile)));
    }
    if (file.isPresent()) {
      throw new ConfigException("autotune_file needs autotune");
    }
    return Optional.empty();
  }

  private static TrainConfig train(Settings settings) {
    TrainConfig.Builder train = TrainConfig.builder();
    settings.number("learning_rate", train::learningRate);
    settings.choice("lr_scheduler_type", Schedule.Type.class, train::lrSchedulerType);
    settings.map("lr_scheduler_kwargs", train::lrSchedulerKwargs);
    warmup(settings, train);
    settings.number("num_train_epochs", train::numTrainEpochs);
    settings.whole("max_steps", steps -> train.maxSteps(steps == -1 ? 0 : steps));
    settings.integer("per_device_train_batch_size", train::perDeviceTrainBatchSize);
    settings.integer("gradient_accumulation_steps", train::gradientAccumulationSteps);
    settings.number("max_grad_norm", train::maxGradNorm);
    settings.number("router_aux_loss_coef", train::routerAuxLossCoef);
    settings.number("label_smoothing_factor", train::labelSmoothingFactor);
    settings.number("neftune_noise_alpha", train::neftuneNoiseAlpha);
    train.optimizer(OptimizerSettings.config(settings));
    train.memory(MemoryLadderSettings.of(settings));
    train.lossScaler(PrecisionSettings.lossScaler(settings));
    settings.choice(
        "recompute",
        Map.of(
            "none", Recompute.NONE,
            "blocks", Recompute.BLOCKS,
            "false", Recompute.NONE,
            "true", Recompute.BLOCKS),
        train::recompute);
    settings.integer("loss_chunk_size", train::lossChunkSize);
    settings.whole("seed", train::seed);
    every(settings, "eval", train::evalSteps);
    every(settings, "save", train::saveSteps);
    settings.integer("save_total_limit", train::saveTotalLimit);
    settings.choice("loss_spike", TrainConfig.LossSpike.class, train::lossSpike);
    best(settings, train);
    return train.build();
  }

  private static void warmup(Settings settings, TrainConfig.Builder train) {
    if (settings.has("warmup_steps") && settings.has("warmup_ratio")) {
      throw new ConfigException("warmup_steps and warmup_ratio are both given; keep one");
    }
    settings.number("warmup_steps", train::warmupSteps);
    settings.number(
        "warmup_ratio",
        share -> {
          if (!(share >= 0 && share < 1)) {
            throw new ConfigException("warmup_ratio: wanted 0 up to but not 1, found " + share);
          }
          train.warmupSteps(share);
        });
  }

  /** {@code *_strategy} and {@code *_steps}, which must mean the same. */
  private static void every(Settings settings, String what, java.util.function.LongConsumer use) {
    long[] steps = {0};
    settings.whole(what + "_steps", value -> steps[0] = value);
    settings.choice(
        what + "_strategy",
        Map.of("no", false, "steps", true),
        wanted -> {
          if (wanted != steps[0] > 0) {
            throw new ConfigException(
                "%s_strategy is %s, but %s_steps is %d"
                    .formatted(what, wanted ? "steps" : "no", what, steps[0]));
          }
        });
    use.accept(steps[0]);
  }

  private static void best(Settings settings, TrainConfig.Builder train) {
    settings.number("early_stopping_threshold", train::earlyStoppingThreshold);
    settings.flag("load_best_model_at_end", train::loadBestModelAtEnd);
    int[] patience = {0};
    settings.integer("early_stopping_patience", value -> patience[0] = value);
    train.earlyStoppingPatience(patience[0]);
    boolean needed = patience[0] > 0 || settings.flag("load_best_model_at_end");
    String metric = settings.text("metric_for_best_model").orElse(needed ? "eval_loss" : null);
    if (metric == null) {
      if (settings.has("greater_is_better")) {
        throw new ConfigException("greater_is_better needs metric_for_best_model");
      }
      return;
    }
    String name = metric.startsWith("eval_") ? metric : "eval_" + metric;
    boolean greater = List.of("loss", "perplexity", "_ter").stream().noneMatch(name::endsWith);
    train.metricForBestModel(name, greater);
    settings.flag("greater_is_better", value -> train.metricForBestModel(name, value));
  }
}
