package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.advantage.RewardScale;
import org.tune4j.rlhf.grpo.GrpoConfig;
import org.tune4j.rlhf.grpo.LossType;
import org.tune4j.rlhf.grpo.RlooConfig;
import org.tune4j.rlhf.grpo.SamplerCorrection;
import org.tune4j.rlhf.loss.RatioLevel;

/** TRL's names of what GRPO and RLOO are told. */
class GrpoSettingsTest {
  private static final String NEEDED = "model: base\ndata: rows.jsonl\noutput: run\n";

  @TempDir private static Path folder;

  private static Settings settings(String yaml, List<Setting> table, Map<String, String> refused)
      throws IOException {
    Path file = Files.writeString(folder.resolve("job.yaml"), NEEDED + yaml);
    return LowRate.withDefault(new Settings(SettingsFile.read(file, table, refused, note -> {})));
  }

  private static TrainConfig train(Settings settings, List<Setting> own) {
    return SftJob.of(settings.without(own)).train();
  }

  private static GrpoConfig grpo(String yaml) throws IOException {
    Settings settings = settings(yaml, GrpoSettings.TABLE, GroupRefusals.GRPO);
    return GrpoSettings.config(settings, train(settings, GrpoSettings.OWN));
  }

  private static RlooConfig rloo(String yaml) throws IOException {
    Settings settings = settings(yaml, RlooSettings.TABLE, GroupRefusals.RLOO);
    return RlooSettings.config(settings, train(settings, RlooSettings.OWN));
  }

  @Test
  void defaultsAreThoseOfTrl() throws IOException {
    assertThat(grpo("")).isEqualTo(GrpoConfig.builder().build());
    assertThat(rloo("")).isEqualTo(RlooConfig.builder().build());
    Settings none = settings("", GrpoSettings.TABLE, GroupRefusals.GRPO);
    assertThat(train(none, GrpoSettings.OWN).learningRate()).isEqualTo(1e-6);
  }

  @Test
  void trlsNamesSetEveryPartOfGrpo() throws IOException {
    GrpoConfig found =
        grpo(
            """
            num_generations: 4
            max_completion_length: 64
            temperature: 1.0
            num_iterations: 2
            per_device_train_batch_size: 4
            gradient_accumulation_steps: 2
            generation_batch_size: 16
            mask_truncated_completions: true
            beta: 0.04
            use_bias_correction_kl: false
            entropy_coef: 0.01
            epsilon: 0.1
            epsilon_high: 0.28
            delta: 4
            loss_type: grpo
            importance_sampling_level: sequence
            scale_rewards: false
            vllm_importance_sampling_mode: token_truncate
            vllm_importance_sampling_clip_max: 2.5
            vllm_importance_sampling_clip_min: 0.5
            """);
    assertThat(found)
        .isEqualTo(
            GrpoConfig.builder()
                .numGenerations(4)
                .maxCompletionLength(64)
                .numIterations(2)
                .stepsPerGeneration(4)
                .maskTruncatedCompletions(true)
                .beta(0.04)
                .useBiasCorrectionKl(false)
                .entropyCoef(0.01)
                .epsilon(0.1)
                .epsilonHigh(0.28)
                .delta(4.0)
                .lossType(LossType.GRPO)
                .importanceSamplingLevel(RatioLevel.SEQUENCE)
                .scaleRewards(RewardScale.NONE)
                .importanceSamplingMode(SamplerCorrection.Mode.TOKEN_TRUNCATE)
                .importanceSamplingClipMax(2.5)
                .importanceSamplingClipMin(0.5)
                .build());
    assertThat(grpo("scale_rewards: true\n").scaleRewards()).isEqualTo(RewardScale.GROUP);
  }

  @Test
  void lossesHaveNumbersOfTheirOwn() throws IOException {
    assertThat(grpo("loss_type: sapo\nsapo_temperature_pos: 2\nsapo_temperature_neg: 3\n"))
        .isEqualTo(
            GrpoConfig.builder()
                .lossType(LossType.SAPO)
                .sapoTemperaturePos(2)
                .sapoTemperatureNeg(3)
                .build());
    assertThat(
            grpo(
                """
                loss_type: vespo
                vespo_k_pos: 1
                vespo_lambda_pos: 2
                vespo_k_neg: 4
                vespo_lambda_neg: 5
                """))
        .isEqualTo(
            GrpoConfig.builder()
                .lossType(LossType.VESPO)
                .vespoKPos(1)
                .vespoLambdaPos(2)
                .vespoKNeg(4)
                .vespoLambdaNeg(5)
                .build());
  }

  @ParameterizedTest
  @CsvSource({
    "dapo, sapo_temperature_pos: 2, loss_type sapo",
    "sapo, vespo_k_neg: 4, loss_type vespo",
    "sapo, epsilon: 0.1, a loss_type that is clipped",
    "vespo, epsilon_high: 0.3, 'clipped, or cispo'",
    "dapo, importance_sampling_clip_max: 2, an importance_sampling_mode",
    "dapo, importance_sampling_clip_min: 1, an importance_sampling_mode",
  })
  void whatNothingReadsIsRefused(String loss, String setting, String wanted) {
    assertThatThrownBy(() -> grpo("loss_type: " + loss + "\n" + setting + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(setting.substring(0, setting.indexOf(':')))
        .hasMessageContaining(wanted);
  }

  @Test
  void trlsNamesSetEveryPartOfRloo() throws IOException {
    assertThat(
            rloo(
                """
                num_generations: 4
                beta: 0.1
                epsilon: 0.3
                epsilon_high: 0.4
                reward_clip_range: [-2, 3.5]
                normalize_advantages: true
                steps_per_generation: 2
                """))
        .isEqualTo(
            RlooConfig.builder()
                .numGenerations(4)
                .beta(0.1)
                .epsilon(0.3)
                .epsilonHigh(0.4)
                .rewardClipRange(new RlooConfig.ClipRange(-2, 3.5))
                .normalizeAdvantages(true)
                .stepsPerGeneration(2)
                .build());
    assertThatThrownBy(() -> rloo("reward_clip_range: 3\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("reward_clip_range: wanted two numbers");
    assertThatThrownBy(() -> rloo("loss_type: dapo\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("unknown key loss_type");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "use_vllm: true | use_vllm is not to be had: the policy answers by itself",
        "top_p: 0.9 | answers are drawn from the whole distribution",
        "sync_ref_model: true | the reference stays what it is",
        "use_adaptive_entropy: true | entropy_coef stays what it is",
        "max_prompt_length: 512 | what max_completion_length leaves of max_length",
        "num_generatons: 3 | the nearest is num_generations",
        "loss_type: dappo | the nearest is dapo",
        "num_generations: 1 | num_generations: wanted above 1",
        "generation_batch_size: 9 | wanted a multiple of per_device_train_batch_size = 8, found 9",
        "beta: -1 | beta: wanted at least 0",
      })
  void whatCannotBeMeantIsRefused(String line, String message) {
    assertThatThrownBy(() -> grpo(line + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void twoNamesOfTheSizeOfAnUpdateAreRefused() {
    assertThatThrownBy(() -> grpo("generation_batch_size: 8\nsteps_per_generation: 1\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("set the same; keep one");
  }

  @Test
  void everyKeyOfTrlIsTakenOrRefused() {
    // Fields of TRL 1.16's configurations that TrainingArguments does not have.
    List<String> both =
        List.of(
            "model_init_kwargs",
            "trust_remote_code",
            "router_aux_loss_coef",
            "disable_dropout",
            "num_generations",
            "num_generations_eval",
            "max_completion_length",
            "ds3_gather_for_generation",
            "shuffle_dataset",
            "pad_to_multiple_of",
            "generation_batch_size",
            "steps_per_generation",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "generation_kwargs",
            "chat_template_kwargs",
            "repetition_penalty",
            "cache_implementation",
            "use_vllm",
            "vllm_mode",
            "vllm_model_impl",
            "vllm_enable_sleep_mode",
            "vllm_structured_outputs_regex",
            "vllm_server_base_url",
            "vllm_server_host",
            "vllm_server_port",
            "vllm_server_timeout",
            "vllm_group_port",
            "vllm_gpu_memory_utilization",
            "vllm_max_model_length",
            "vllm_tensor_parallel_size",
            "beta",
            "num_iterations",
            "epsilon",
            "epsilon_high",
            "reward_weights",
            "mask_truncated_completions",
            "sync_ref_model",
            "ref_model_mixup_alpha",
            "ref_model_sync_steps",
            "log_completions",
            "log_multimodal",
            "num_completions_to_print",
            "log_unique_prompts",
            "use_transformers_continuous_batching",
            "transformers_continuous_batching_config",
            "use_transformers_paged",
            "reward_model_name_or_path",
            "reward_funcs",
            "dataset_name");
    List<String> ofGrpo =
        List.of(
            "cast_lm_head_to_fp32",
            "delta",
            "sapo_temperature_neg",
            "sapo_temperature_pos",
            "vespo_k_pos",
            "vespo_lambda_pos",
            "vespo_k_neg",
            "vespo_lambda_neg",
            "importance_sampling_level",
            "multi_objective_aggregation",
            "scale_rewards",
            "loss_type",
            "top_entropy_quantile",
            "entropy_coef",
            "use_adaptive_entropy",
            "entropy_coef_min",
            "entropy_coef_max",
            "entropy_coef_delta",
            "entropy_target",
            "max_tool_calling_iterations",
            "vllm_importance_sampling_correction",
            "vllm_importance_sampling_mode",
            "vllm_importance_sampling_clip_max",
            "vllm_importance_sampling_clip_min",
            "vllm_importance_sampling_cap",
            "off_policy_mask_threshold",
            "use_bias_correction_kl",
            "log_completions_hub_repo");
    List<String> known = new ArrayList<>(names(GrpoSettings.TABLE));
    known.addAll(GroupRefusals.GRPO.keySet());
    assertThat(known).doesNotHaveDuplicates().containsAll(both).containsAll(ofGrpo);
    known = new ArrayList<>(names(RlooSettings.TABLE));
    known.addAll(GroupRefusals.RLOO.keySet());
    assertThat(known)
        .doesNotHaveDuplicates()
        .containsAll(both)
        .contains("normalize_advantages", "reward_clip_range");
  }

  /** With the other names of settings. */
  private static List<String> names(List<Setting> table) {
    List<String> names = new ArrayList<>(table.stream().map(Setting::name).toList());
    SettingAliases.TABLE.forEach(
        (alias, name) -> {
          if (names.contains(name)) {
            names.add(alias);
          }
        });
    return names;
  }
}
