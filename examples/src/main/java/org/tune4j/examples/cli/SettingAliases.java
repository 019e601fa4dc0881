package org.tune4j.examples.cli;

import java.util.Map;
import java.util.TreeMap;

/** Names that TRL, PEFT and transformers use or have used for the same thing. */
final class SettingAliases {
  /** Their name to ours. */
  static final Map<String, String> TABLE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("evaluation_strategy", "eval_strategy"),
              Map.entry("dataset_name", "data"),
              Map.entry("dtype", "precision"),
              Map.entry("torch_dtype", "precision"),
              Map.entry("gradient_checkpointing", "recompute"),
              Map.entry("init_kl_coef", "kl_coef"),
              Map.entry("kl_penalty", "kl_estimator"),
              Map.entry("lora_r", "r"),
              Map.entry("lora_rank", "r"),
              Map.entry("lora_modules_to_save", "modules_to_save"),
              Map.entry("lora_target_modules", "target_modules"),
              Map.entry("lora_target_parameters", "target_parameters"),
              Map.entry("max_seq_length", "max_length"),
              Map.entry("mini_batch_size", "per_device_train_batch_size"),
              Map.entry("model_name", "model"),
              Map.entry("model_name_or_path", "model"),
              Map.entry("num_epochs", "num_ppo_epochs"),
              Map.entry("output_dir", "output"),
              Map.entry("per_gpu_train_batch_size", "per_device_train_batch_size"),
              Map.entry("ppo_epochs", "num_ppo_epochs"),
              Map.entry("query_dataset", "data"),
              Map.entry("resume_from_checkpoint", "resume"),
              Map.entry("reward_model_name_or_path", "reward_model"),
              Map.entry("reward_model_path", "reward_model"),
              Map.entry("sft_model_path", "model"),
              Map.entry("stop", "stop_strings"),
              Map.entry("teacher_model_name_or_path", "teacher"),
              Map.entry("vllm_importance_sampling_cap", "importance_sampling_clip_max"),
              Map.entry("vllm_importance_sampling_clip_max", "importance_sampling_clip_max"),
              Map.entry("vllm_importance_sampling_clip_min", "importance_sampling_clip_min"),
              Map.entry("vllm_importance_sampling_mode", "importance_sampling_mode")));

  private SettingAliases() {}
}
