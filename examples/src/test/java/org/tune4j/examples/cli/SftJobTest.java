package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.TrainOn;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.Adafactor;
import org.tune4j.engine.optim.Adam;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.AdamW8bit;
import org.tune4j.engine.optim.Ema;
import org.tune4j.engine.optim.Lion;
import org.tune4j.engine.optim.Muon;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.optim.ScheduleFreeAdamW;
import org.tune4j.engine.optim.Sgd;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.metric.Metric;
import org.tune4j.full.Freezing;
import org.tune4j.full.LearningRates;
import org.tune4j.lora.Ia3Config;
import org.tune4j.lora.LnTuningConfig;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.TrainableTokensConfig;
import org.tune4j.lora.VeraConfig;
import org.tune4j.lora.WeightMethod;
import org.tune4j.prefix.MultitaskPromptTuningConfig;
import org.tune4j.prefix.PrefixTuningConfig;
import org.tune4j.prefix.PromptEncoderConfig;
import org.tune4j.prefix.PromptLearningConfig;
import org.tune4j.prefix.PromptTuningConfig;

/** From settings to the records of a run. */
class SftJobTest {
  private static final Map<String, String> NEEDED =
      Map.of("model", "base", "data", "rows.jsonl", "output", "run");

  /** A value for every setting, none of them its default. */
  private static final String EVERYTHING =
      """
      model: base
      data: [rows.jsonl, more.csv]
      columns: {prompt: question, completion: a.b}
      interleave_probs: [0.25, 0.75]
      stopping_strategy: all_exhausted
      eval_data: held-out.jsonl
      eval_max_new_tokens: 12
      eval_metrics: [bleu, rougeL]
      eval_tasks: [tasks/a.yaml, b.yaml]
      output: run
      replay_data: [old.jsonl]
      replay_prompts: prompts.jsonl
      replay_max_new_tokens: 9
      replay_share: 0.2
      max_length: 99
      truncation_mode: keep_end
      packing: true
      packing_strategy: wrapped
      completion_only_loss: false
      roles_to_train: [user, assistant]
      mask_history: true
      train_on_eos: last
      train_on_eot: none
      split_special_tokens: false
      chat_template_path: chat.jinja
      preflight_allow: [duplicates]
      on_bad_row: skip
      r: 4
      lora_alpha: 32
      lora_dropout: 0.05
      target_modules: [q_proj, v_proj]
      exclude_modules: layers.0
      bias: lora_only
      use_rslora: true
      modules_to_save: [embed_tokens]
      rank_pattern: {q_proj: 16}
      alpha_pattern: {q_proj: 64}
      layers_to_transform: [0, 1]
      init_lora_weights: gaussian
      use_dora: true
      loraplus_lr_ratio: 16
      trainable_token_indices: [3, 5]
      learning_rate: 2e-4
      lr_scheduler_type: cosine_with_min_lr
      lr_scheduler_kwargs: {min_lr: 1e-5}
      warmup_steps: 7
      num_train_epochs: 1.5
      max_steps: 100
      per_device_train_batch_size: 2
      gradient_accumulation_steps: 3
      max_grad_norm: 0.3
      router_aux_loss_coef: 0.02
      label_smoothing_factor: 0.1
      neftune_noise_alpha: 5
      optim: adamw
      optim_args: {}
      weight_decay: 0.1
      adam_beta1: 0.8
      adam_beta2: 0.95
      adam_epsilon: 1.0e-6
      l2_to_start: 0.5
      precision: fp16
      fp32_modules: [norm, head]
      init_scale: 1024
      growth_factor: 4
      backoff_factor: 0.1
      growth_interval: 100
      weights: nf4
      master_weights: split
      gradients: fp32
      spill: [states, activations]
      recompute: blocks
      loss_chunk_size: 256
      seed: 7
      eval_strategy: steps
      eval_steps: 5
      save_strategy: steps
      save_steps: 6
      save_total_limit: 2
      metric_for_best_model: exact_match
      greater_is_better: true
      early_stopping_patience: 3
      early_stopping_threshold: 0.01
      load_best_model_at_end: true
      loss_spike: skip
      report_to: [tensorboard, mlflow]
      mlflow_tracking_uri: http://localhost:5000
      mlflow_experiment: reviews
      resume: true
      device: cuda:1
      threads: 1
      autotune: true
      autotune_file: choices.json
      memory_limit: 3GiB
      memory: auto
      """;

  @TempDir private Path folder;

  private SftJob fromFile(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), yaml);
    return SftJob.of(new Settings(SettingsFile.read(file, SftSettings.TABLE, note -> {})));
  }

  /** What the command line gives. */
  private static SftJob of(String... namesAndValues) {
    Map<String, String> texts = new LinkedHashMap<>(NEEDED);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      texts.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    Map<String, Settings.Value> values = new LinkedHashMap<>();
    texts.forEach((name, text) -> values.put(name, Settings.Value.of(Setting.option(name), text)));
    return SftJob.of(new Settings(values));
  }

  private static void assertRefused(String name, String value, String... parts) {
    assertThatThrownBy(() -> of(name, value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void everySettingReachesItsRecord() throws Exception {
    for (Setting setting : SftSettings.TABLE) {
      // These exclude others.
      if (!setting
              .name()
              .matches(
                  "warmup_ratio|group_by_length|assistant_only_loss|val_size|target_parameters|peft_type"
                      + "|num_virtual_tokens|prefix_projection|encoder_hidden_size"
                      + "|encoder_reparameterization_type|num_tasks|num_ranks|prompt_tuning_init.*"
                      + "|method|freeze_layers|freeze_embeddings|unfrozen_parameters|ewc_file|ewc_lambda"
                      + "|add_tokens|ema_decay|use_ema_warmup|layerwise_lr_decay|learning_rate_factors")
          && !setting.group().equals(PeftSettings.PEFT)
          && !DistillationSettings.TABLE.contains(setting)) {
        assertThat(EVERYTHING).containsPattern("(?m)^" + setting.name() + ": ");
      }
    }
    SftJob job = fromFile(EVERYTHING);
    assertEveryComponentDiffers(
        job.lora(), LoraConfig.builder().targetParameters("experts").build());
    assertEveryComponentDiffers(job.train(), TrainConfig.builder().build());
    assertEveryComponentDiffers(job.rows(), DataConfig.builder().groupByLength(true).build());
    assertEveryComponentDiffers(job.rows().trainOn(), TrainOn.DEFAULT);
    assertEveryComponentDiffers(job, of());
  }

  private static void assertEveryComponentDiffers(Record set, Record otherwise) throws Exception {
    for (RecordComponent component : set.getClass().getRecordComponents()) {
      boolean isPath = component.getName().matches("model|data|output");
      boolean excludesAnother =
          component.getName().matches("prompt|full|method|distillation|rates|addTokens");
      if (!isPath && !excludesAnother) {
        assertThat(component.getAccessor().invoke(set))
            .as(component.getName())
            .isNotEqualTo(component.getAccessor().invoke(otherwise));
      }
    }
  }

  @Test
  void valuesArriveAsTheyWereGiven() throws IOException {
    SftJob job = fromFile(EVERYTHING);
    assertThat(job.model()).isEqualTo(Path.of("base"));
    assertThat(job.evalData()).contains(Path.of("held-out.jsonl"));
    assertThat(job.rows().packing()).contains(Packing.WRAPPED);
    LoraConfig lora = job.lora();
    assertThat(lora.targetModules())
        .isEqualTo(new TargetModules.Names(List.of("q_proj", "v_proj")));
    assertThat(lora.bias()).isEqualTo(LoraConfig.Bias.LORA_ONLY);
    assertThat(lora.rankPattern()).isEqualTo(Map.of("q_proj", 16));
    assertThat(lora.alphaPattern()).isEqualTo(Map.of("q_proj", 64.0));
    assertThat(lora.layersToTransform()).containsExactly(0, 1);
    TrainConfig train = job.train();
    assertThat(train.learningRate()).isEqualTo(2e-4);
    assertThat(train.lrSchedulerType()).isEqualTo(Schedule.Type.COSINE_WITH_MIN_LR);
    assertThat(train.lrSchedulerKwargs()).isEqualTo(Map.of("min_lr", 1e-5));
    assertThat(train.optimizer()).isEqualTo(new AdamW.Settings(0.8, 0.95, 1e-6, 0.1));
    assertThat(train.metricForBestModel()).isEqualTo("eval_exact_match");
    assertThat(job.evalMetrics()).extracting(Metric::name).containsExactly("bleu", "rougeL");
  }

  @Test
  void theResolvedConfigurationOrdersTheSameRun() throws IOException {
    for (String yaml : List.of(EVERYTHING, "model: m\ndata: d\noutput: o\n")) {
      SftJob job = fromFile(yaml.replaceAll("(resume: true|autotune.*)\n", ""));
      String json =
          new ObjectMapper()
              .writeValueAsString(job.resolved(job.precision(), job.rows(), job.train()));
      assertThat(fromFile(json)).isEqualTo(job);
    }
  }

  @Test
  void everyOptimizerHasItsSettings() throws IOException {
    Map<String, OptimizerConfig> optimizers =
        Map.of(
            "optim: adamw_torch_fused\n", new AdamW.Settings(0.9, 0.999, 1e-8, 0),
            "optim: adamw_bnb_8bit\noptim_args: min_8bit_size=64\n",
                new AdamW8bit.Settings(new AdamW.Settings(0.9, 0.999, 1e-8, 0), 64),
            "optim: schedule_free_adamw\nlr_scheduler_type: constant\noptim_args: r=1\n",
                new ScheduleFreeAdamW.Settings(0.9, 0.999, 1e-8, 0, 1, 2),
            "optim: muon\nadam_beta2: 0.95\noptim_args: {adjust_lr_fn: original, ns_steps: 6}\n",
                new Muon.Settings(
                    0.95, true, 6, Muon.AdjustLr.ORIGINAL, new AdamW.Settings(0.9, 0.95, 1e-8, 0)),
            "optim: adam\nweight_decay: 0.1\n", new Adam.Settings(0.9, 0.999, 1e-8, 0.1),
            "optim: sgd\noptim_args: momentum=0.9,nesterov=true\n", new Sgd.Settings(0.9, true, 0),
            "optim: lion_32bit\nadam_beta1: 0.8\n", new Lion.Settings(0.8, 0.99, 0),
            "optim: adafactor\n", Adafactor.Settings.DEFAULT,
            "optim: torch_adafactor\nweight_decay: 0.01\n", Adafactor.Settings.torch(0.01),
            "optim: adafactor\noptim_args: {scale_parameter: true, beta1: 0.9}\n",
                new Adafactor.Settings(
                    Adafactor.Form.TRANSFORMERS, 1e-30, 1e-3, 1, -0.8, 0.9, 0, true, false, false));
    for (Map.Entry<String, OptimizerConfig> optimizer : optimizers.entrySet()) {
      SftJob job = fromFile("model: m\ndata: d\noutput: o\n" + optimizer.getKey());
      assertThat(job.train().optimizer()).isEqualTo(optimizer.getValue());
      String json =
          new ObjectMapper()
              .writeValueAsString(job.resolved(job.precision(), job.rows(), job.train()));
      assertThat(fromFile(json)).isEqualTo(job);
    }
    assertRefused("autotune_file", "choices.json", "autotune_file needs autotune");
    assertRefused("loss_chunk_size", "-1", "loss_chunk_size: wanted at least 0, found -1");
    assertRefused("optim", "adamv", "optim: wanted one of", "adamv");
    assertRefused("optim_args", "momentum=0.9", "adamw takes none");
    assertThatThrownBy(() -> of("optim", "sgd", "optim_args", "momentun=0.9"))
        .hasMessageContaining("the nearest is momentum");
    assertThatThrownBy(() -> of("optim", "sgd", "adam_beta1", "0.9"))
        .hasMessageContaining("adam_beta1 does not go with optim sgd");
    assertThatThrownBy(() -> of("optim", "adafactor", "adam_epsilon", "1e-6"))
        .hasMessageContaining("adam_epsilon does not go with optim adafactor");
    assertThatThrownBy(() -> of("optim", "muon", "optim_args", "ns_steps=2.5"))
        .hasMessageContaining("ns_steps: wanted a whole number, found 2.5");
    assertThatThrownBy(() -> of("optim", "muon", "optim_args", "adjust_lr_fn=none"))
        .hasMessageContaining("wanted match_rms_adamw or original, found none");
    assertRefused(
        "optim", "schedule_free_adamw", "lr_scheduler_type: wanted constant or", "found linear");
  }

  @Test
  void pureBf16HasNoMasters() {
    SftJob job = of("method", "full", "precision", "bf16-pure");
    assertThat(job.precision()).isEqualTo("bf16");
    assertThat(job.train().memory().storage().masters()).isEqualTo(TrainedStorage.Masters.NONE);
    assertThatThrownBy(
            () -> of("method", "full", "precision", "bf16-pure", "master_weights", "split"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("bf16-pure is bf16 with master_weights = none");
  }

  @Test
  void theModelsOwnWeightsAreTrainedInPlaceOfLora() throws IOException {
    SftJob job =
        fromFile(
            """
            model: m
            data: d
            output: o
            method: full
            freeze_layers: 2
            freeze_embeddings: true
            unfrozen_parameters: ["model.layers.(3|4)", ".*norm"]
            layerwise_lr_decay: 0.9
            learning_rate_factors: {"model.layers.3": 0.5}
            """);
    assertThat(job.rates()).isEqualTo(new LearningRates(0.9, Map.of("model.layers.3", 0.5)));
    assertRefused("layerwise_lr_decay", "0.9", "layerwise_lr_decay: is for method full");
    assertThat(job.full()).contains(new Freezing(2, true, List.of("model.layers.(3|4)", ".*norm")));
    String json =
        new ObjectMapper()
            .writeValueAsString(job.resolved(job.precision(), job.rows(), job.train()));
    assertThat(fromFile(json)).isEqualTo(job);
    assertThat(of("method", "lora").full()).isEmpty();
    assertThat(of("method", "full").full()).contains(Freezing.NONE);
    assertRefused("method", "ful", "nearest is full");
    for (String name : List.of("freeze_layers", "freeze_embeddings", "unfrozen_parameters")) {
      assertRefused(name, "1", name + " does not go with method lora");
    }
    for (String[] other :
        new String[][] {{"r", "4"}, {"peft_type", "prefix_tuning"}, {"weights", "nf4"}}) {
      assertThatThrownBy(() -> of("method", "full", other[0], other[1]))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll(other[0], "method full");
    }
    assertThatThrownBy(() -> of("method", "full", "unfrozen_parameters", "a("))
        .hasMessageContaining("'a(' is no regular expression");
  }

  @Test
  void whatHoldsTheWeightsIsSaidOnceAndIsThere() throws IOException {
    Path file = Files.writeString(folder.resolve("old.safetensors"), "");
    SftJob job = of("ewc_file", file.toString(), "ewc_lambda", "1e6");
    assertThat(job.held()).isEqualTo(new HeldSettings(Optional.of(file), 1e6, 0));
    String json =
        new ObjectMapper()
            .writeValueAsString(job.resolved(job.precision(), job.rows(), job.train()));
    assertThat(fromFile(json)).isEqualTo(job);
    assertRefused("ewc_file", file.toString(), "ewc_file and ewc_lambda need each other");
    assertRefused("ewc_lambda", "1", "ewc_file and ewc_lambda need each other");
    assertRefused("l2_to_start", "-1", "l2_to_start: wanted a finite number", "-1");
    assertThatThrownBy(() -> of("ewc_file", file.toString(), "ewc_lambda", "1", "l2_to_start", "1"))
        .hasMessageContaining("ewc_file and l2_to_start both");
    assertThatThrownBy(() -> of("ewc_file", "none.safetensors", "ewc_lambda", "1"))
        .hasMessageContaining("there is no file none.safetensors");
  }

  @Test
  void whatIsReplayedAndHowMuchNeedEachOther() {
    assertRefused("replay_data", "old.jsonl", "replay_share need each other");
    assertRefused("replay_prompts", "old.jsonl", "replay_share need each other");
    assertRefused("replay_share", "0.1", "replay_share need each other");
    assertRefused("replay_max_new_tokens", "5", "replay_max_new_tokens needs replay_prompts");
    assertThatThrownBy(() -> of("replay_data", "old.jsonl", "replay_share", "1"))
        .hasMessageContaining("replay_share: wanted above 0 and below 1, found 1.0");
  }

  @Test
  void anAverageIsOfAnOptimizerThatHasNone() throws IOException {
    SftJob job = of("ema_decay", "0.99", "use_ema_warmup", "true", "optim", "lion");
    assertThat(job.train().optimizer())
        .isEqualTo(new Ema.Settings(new Lion.Settings(0.9, 0.99, 0), 0.99, true));
    String json =
        new ObjectMapper()
            .writeValueAsString(job.resolved(job.precision(), job.rows(), job.train()));
    assertThat(fromFile(json)).isEqualTo(job);
    assertRefused("use_ema_warmup", "true", "use_ema_warmup needs ema_decay");
    assertRefused("ema_decay", "1", "ema_decay: wanted 0 up to but not 1");
    assertThatThrownBy(
            () ->
                of(
                    "ema_decay", "0.9",
                    "optim", "schedule_free_adamw",
                    "lr_scheduler_type", "constant"))
        .hasMessageContaining("schedule_free_adamw has an average of its own");
    assertRefused("neftune_noise_alpha", "-1", "neftune_noise_alpha: wanted");
  }

  @Test
  void virtualTokensAreLearnedInPlaceOfLora() throws IOException {
    Map<String, PromptLearningConfig> methods =
        Map.of(
            "peft_type: PREFIX_TUNING\n",
            new PrefixTuningConfig(20),
            "peft_type: prefix_tuning\nprefix_projection: true\nencoder_hidden_size: 9\n",
            new PrefixTuningConfig(20, true, 9, false),
            "peft_type: prompt_tuning\nnum_virtual_tokens: 7\n",
            new PromptTuningConfig(7),
            "peft_type: p_tuning\nencoder_hidden_size: 9\n",
            new PromptEncoderConfig(20, 9),
            "peft_type: p_tuning\nencoder_reparameterization_type: lstm\nmodules_to_save: [lm_head]\n",
            new PromptEncoderConfig(
                20, PromptEncoderConfig.Reparameterization.LSTM, 0, List.of("lm_head")),
            "peft_type: multitask_prompt_tuning\nnum_tasks: 3\nnum_ranks: 2\n",
            new MultitaskPromptTuningConfig(20, 3, 2),
            "peft_type: multitask_prompt_tuning\nprompt_tuning_init: exact_source_task\n"
                + "prompt_tuning_init_task: 4\nprompt_tuning_init_state_dict_path: a.safetensors\n",
            new MultitaskPromptTuningConfig(
                20,
                1,
                1,
                MultitaskPromptTuningConfig.Init.EXACT_SOURCE_TASK,
                Optional.of(Path.of("a.safetensors")),
                4,
                List.of()));
    for (Map.Entry<String, PromptLearningConfig> method : methods.entrySet()) {
      SftJob job = fromFile("model: m\ndata: d\noutput: o\n" + method.getKey());
      assertThat(job.prompt()).contains(method.getValue());
      String json =
          new ObjectMapper()
              .writeValueAsString(job.resolved(job.precision(), job.rows(), job.train()));
      assertThat(fromFile(json)).isEqualTo(job);
    }
    assertThat(of("peft_type", "lora").prompt()).isEmpty();
    assertRefused(
        "peft_type", "dora", "multitask_prompt_tuning or one of [adalora, ", "found dora");
    assertRefused("num_virtual_tokens", "7", "num_virtual_tokens does not go with peft_type lora");
    assertThatThrownBy(() -> of("peft_type", "prompt_tuning", "r", "4"))
        .hasMessageContaining("r does not go with peft_type prompt_tuning");
    assertThatThrownBy(() -> of("peft_type", "p_tuning", "prefix_projection", "true"))
        .hasMessageContaining("prefix_projection does not go with peft_type p_tuning");
    assertThatThrownBy(() -> of("peft_type", "prefix_tuning", "encoder_hidden_size", "4"))
        .hasMessageContaining("encoder_hidden_size does not go with peft_type prefix_tuning");
    assertThatThrownBy(() -> of("peft_type", "prompt_tuning", "num_tasks", "4"))
        .hasMessageContaining("num_tasks does not go with peft_type prompt_tuning");
    assertThatThrownBy(
            () ->
                of(
                    "peft_type", "multitask_prompt_tuning",
                    "prompt_tuning_init", "average_source_tasks"))
        .hasMessageContaining("prompt_tuning_init_state_dict_path left out");
  }

  @Test
  void otherMethodsTakePeftsKeys() throws IOException {
    TargetModules kv = TargetModules.of("k_proj", "down_proj");
    Map<String, WeightMethod> methods =
        Map.of(
            "peft_type: IA3\n",
            new Ia3Config(),
            "peft_type: ia3\ntarget_modules: k_proj,down_proj\nfeedforward_modules: [down_proj]\n",
            new Ia3Config(kv, null, TargetModules.of("down_proj"), List.of(), true),
            "peft_type: vera\nr: 16\ntarget_modules: [k_proj, down_proj]\n",
            new VeraConfig(16, kv),
            "peft_type: vera\nprojection_prng_key: 3\nsave_projection: false\nvera_dropout: 0.1\n"
                + "d_initial: 0.2\nbias: vera_only\nlayers_to_transform: [1]\n",
            new VeraConfig(
                256,
                null,
                3,
                false,
                0.1,
                0.2,
                VeraConfig.Bias.VERA_ONLY,
                List.of(),
                List.of(1),
                true),
            "peft_type: ln_tuning\nmodules_to_save: [lm_head]\n",
            new LnTuningConfig(null, null, List.of("lm_head")),
            "peft_type: trainable_tokens\ntoken_indices: [5, 3]\n",
            new TrainableTokensConfig(5, 3));
    for (Map.Entry<String, WeightMethod> method : methods.entrySet()) {
      SftJob job = fromFile("model: m\ndata: d\noutput: o\n" + method.getKey());
      assertThat(job.method()).contains(method.getValue());
      String json =
          new ObjectMapper()
              .writeValueAsString(job.resolved(job.precision(), job.rows(), job.train()));
      assertThat(fromFile(json)).isEqualTo(job);
    }
    assertThat(of().method()).isEmpty();
    assertRefused("token_indices", "7", "token_indices does not go with peft_type lora");
    assertThatThrownBy(() -> of("peft_type", "ia3", "r", "4"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("r does not go with peft_type ia3");
    assertThatThrownBy(() -> of("peft_type", "vera", "vera_dropout", "2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("vera_dropout: wanted 0 to 0.99, found 2.0");
  }

  @Test
  void heldOutRowsAndHowOftenTheyAreReadNeedEachOther() {
    assertRefused("eval_data", "e.jsonl", "eval_data (or val_size, or eval_tasks) and eval_steps");
    assertRefused("eval_tasks", "t.yaml", "eval_data (or val_size, or eval_tasks) and eval_steps");
    assertRefused("eval_steps", "5", "eval_data (or val_size, or eval_tasks) and eval_steps");
    assertRefused("eval_max_new_tokens", "5", "eval_max_new_tokens needs eval_data or val_size");
    assertRefused("eval_metrics", "bleu", "eval_metrics needs eval_max_new_tokens");
    assertRefused("eval_metrics", "blue", "there is no metric blue; did you mean bleu?");
  }

  @Test
  void whereARunIsReportedToIsChecked() {
    assertThat(of().reportTo().sinks()).isEmpty();
    assertThat(of("report_to", "none").reportTo()).isEqualTo(of().reportTo());
    assertThat(of("report_to", "tensorboard").reportTo().sinks())
        .containsExactly(ReportTo.Sink.TENSORBOARD);
    assertRefused("report_to", "wandb", "report_to: wanted tensorboard, mlflow, none", "'wandb'");
    assertRefused("mlflow_experiment", "x", "mlflow_experiment needs report_to: mlflow");
    assertThatThrownBy(
            () -> of("report_to", "mlflow", "mlflow_tracking_uri", "http://me:secret@host"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("MLFLOW_TRACKING_PASSWORD")
        .hasMessageNotContaining("secret");
  }

  @Test
  void nothingGivenIsTheRecordsDefault() {
    SftJob job = of();
    assertThat(job.lora()).isEqualTo(LoraConfig.builder().build());
    assertThat(job.train()).isEqualTo(TrainConfig.builder().build());
    assertThat(job.rows().packing()).isEmpty();
    assertThat(job.precision()).isEqualTo("auto");
    assertThat(job.rows().maxLength()).isEqualTo(1024);
  }

  @Test
  void theCommandLineCanSayListsAndMappings() {
    LoraConfig lora =
        of(
                "target_modules", "q_proj, v_proj",
                "modules_to_save", "lm_head",
                "rank_pattern", "q_proj=16,layers.0.*v_proj=2",
                "alpha_pattern", "q_proj=0.5",
                "layers_to_transform", "1,3",
                "target_parameters", "mlp.experts.gate_up_proj,down_proj")
            .lora();
    assertThat(lora.targetParameters()).containsExactly("mlp.experts.gate_up_proj", "down_proj");
    assertThat(lora.targetModules())
        .isEqualTo(new TargetModules.Names(List.of("q_proj", "v_proj")));
    assertThat(lora.modulesToSave()).containsExactly("lm_head");
    assertThat(lora.rankPattern()).isEqualTo(Map.of("q_proj", 16, "layers.0.*v_proj", 2));
    assertThat(lora.alphaPattern()).isEqualTo(Map.of("q_proj", 0.5));
    assertThat(lora.layersToTransform()).containsExactly(1, 3);
  }

  @Test
  void targetModulesAreNamesOrAllOrAnExpression() {
    assertThat(of("target_modules", "all-linear").lora().targetModules())
        .isEqualTo(new TargetModules.AllLinear());
    assertThat(of("target_modules", "q_proj").lora().targetModules())
        .isEqualTo(new TargetModules.Names(List.of("q_proj")));
    assertThat(of("target_modules", ".*\\.[qv]_proj").lora().targetModules())
        .isEqualTo(new TargetModules.Regex(".*\\.[qv]_proj"));
  }

  @ParameterizedTest
  @CsvSource({"none, NONE", "blocks, BLOCKS", "true, BLOCKS", "false, NONE"})
  void recomputeIsAWordOrWhatGradientCheckpointingTakes(String text, Recompute wanted) {
    assertThat(of("recompute", text).train().recompute()).isEqualTo(wanted);
  }

  @Test
  void packingIsBestFitUnlessSaidOtherwise() {
    assertThat(of("packing", "true").rows().packing()).isEqualTo(Optional.of(Packing.BEST_FIT_CUT));
    assertThat(of("packing", "false", "packing_strategy", "bfd").rows().packing()).isEmpty();
  }

  @Test
  void whichRowsAreReadIsChecked() throws IOException {
    DataMix mix = fromFile(EVERYTHING).mix();
    assertThat(mix.columns()).isEqualTo(Map.of("prompt", "question", "completion", "a.b"));
    assertThat(mix.probabilities()).containsExactly(0.25, 0.75);
    assertThat(of("columns", "text=review").mix().columns()).isEqualTo(Map.of("text", "review"));
    assertRefused(
        "interleave_probs", "0.5,0.5", "interleave_probs", "one for each file", "found 2");
    assertRefused("interleave_probs", "x", "wanted numbers, found 'x'");
    assertRefused("val_size", "1", "val_size", "found 1");
    assertRefused("val_size", "0.1", "val_size", "eval_steps need each other");
    assertThatThrownBy(() -> of("val_size", "0.1", "eval_data", "e.jsonl", "eval_steps", "1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("keep one");
  }

  @Test
  void whatIsLearnedOfAConversationIsSaidOnce() {
    assertThat(of("assistant_only_loss", "false").rows().trainOn().roles()).isEmpty();
    assertThatThrownBy(() -> of("assistant_only_loss", "false", "roles_to_train", "user"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("keep one");
    assertThat(of("train_on_eos", "all").rows().trainOn().eot()).isEqualTo(TrainOn.StopTokens.ALL);
    assertThat(of("group_by_length", "true").rows().groupByLength()).isTrue();
  }

  @Test
  void warmupIsUpdatesOrAShare() {
    assertThat(of("warmup_ratio", "0.1").train().warmupSteps()).isEqualTo(0.1);
    assertRefused("warmup_ratio", "1", "warmup_ratio", "0 up to but not 1");
    assertThatThrownBy(() -> of("warmup_ratio", "0.1", "warmup_steps", "3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("keep one");
  }

  @Test
  void noLimitOfStepsIsMinusOneAsInTransformers() {
    assertThat(of("max_steps", "-1").train().maxSteps()).isZero();
  }

  @Test
  void theBestModelIsThatOfTheLossUnlessSaidOtherwise() {
    TrainConfig loss =
        of("load_best_model_at_end", "true", "eval_steps", "5", "eval_data", "e").train();
    assertThat(loss.metricForBestModel()).isEqualTo("eval_loss");
    assertThat(loss.greaterIsBetter()).isFalse();
    TrainConfig exact = of("metric_for_best_model", "eval_exact_match").train();
    assertThat(exact.greaterIsBetter()).isTrue();
    assertRefused("greater_is_better", "true", "needs metric_for_best_model");
  }

  @Test
  void strategiesMustAgreeWithSteps() {
    assertRefused("eval_strategy", "steps", "eval_strategy is steps, but eval_steps is 0");
    assertRefused("save_strategy", "epoch", "wanted one of", "epoch");
    assertThat(of("eval_strategy", "no").train().evalSteps()).isZero();
  }

  @Test
  void seedsKeepAllTheirDigits() {
    assertThat(of("seed", "9007199254740993").train().seed()).isEqualTo(9007199254740993L);
  }

  @ParameterizedTest
  @CsvSource({
    "r, 1.5, whole number",
    "r, x, a number",
    "r, 99999999999, whole number",
    "seed, 1e30, whole number",
    "lora_alpha, '', a number",
    "learning_rate, fast, a number",
    "use_rslora, maybe, true or false",
    "bias, some, nearest is",
    "lr_scheduler_type, cosin, nearest is cosine",
    "rank_pattern, q_proj, name=value",
    "rank_pattern, q_proj=1.5, a whole number",
    "alpha_pattern, q_proj=big, a number for each name",
    "layers_to_transform, 'a,b', a number",
    "modules_to_save, 'a,,b', commas between",
    "target_modules, '(', expression",
    "data, ' ', names"
  })
  void wrongValuesAreRefused(String name, String value, String wanted) {
    assertRefused(
        name,
        value,
        name.replace('_', name.equals("target_modules") ? '_' : '-')
            .replace("rank-pattern", "rank")
            .replace("layers-to-transform", "layers"),
        wanted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r: [1]",
        "r: true",
        "use_rslora: 1",
        "model: 3",
        "bias: [none]",
        "target_modules: {a: b}",
        "rank_pattern: {a: [1]}",
        "modules_to_save: [[a]]",
        "learning_rate: {}"
      })
  void wrongTypesNameFileAndKey(String yaml) {
    assertThatThrownBy(
            () ->
                fromFile(
                    "data: d\noutput: o\n"
                        + (yaml.startsWith("model") ? "" : "model: m\n")
                        + yaml
                        + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("run.yaml: " + yaml.split(":")[0], "wanted");
  }
}
