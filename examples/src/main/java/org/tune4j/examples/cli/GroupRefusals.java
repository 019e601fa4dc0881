package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys of TRL's {@code GRPOConfig} and {@code RLOOConfig}, and of its scripts, whose meaning cannot
 * be had.
 */
final class GroupRefusals {
  private static final String SAMPLER = "the policy answers by itself, in this process";
  private static final String WHOLE = "answers are drawn from the whole distribution";
  private static final String SHOWN = "answers are shown as it learns and in the report";
  private static final String REFERENCE = "the reference stays what it is";
  private static final String ENTROPY = "entropy_coef stays what it is";
  private static final String PRECISION = "--precision says what the model computes in";
  private static final String QUANTISED = "the base of a policy is not quantised";
  private static final String FILES = "--data and --eval-data name files";
  private static final String TOLD = "every update is told";

  /** Those of RLOO, and why. */
  static final Map<String, String> RLOO = ofBoth();

  /** Those of GRPO, and why. */
  static final Map<String, String> GRPO = ofGrpo();

  private GroupRefusals() {}

  private static Map<String, String> ofBoth() {
    Map<String, String> refused = new LinkedHashMap<>();
    refused.put("model_init_kwargs", "--model names a folder, --precision what it computes in");
    refused.put("model_revision", "--model names a folder");
    refused.put("trust_remote_code", "no code of a model is run");
    refused.put("attn_implementation", "there is one attention");
    refused.put("use_peft", "LoRA is trained, or with --method full all weights");
    put(refused, PRECISION, "bf16", "fp16");
    put(refused, QUANTISED, "load_in_8bit", "load_in_4bit");
    refused.put("router_aux_loss_coef", "routers have no loss of their own here");
    refused.put("disable_dropout", "there is no dropout");
    refused.put("remove_unused_columns", "columns that nothing reads are left alone");
    put(refused, FILES, "dataset_config", "dataset_train_split", "dataset_test_split");
    refused.put("shuffle_dataset", "prompts are asked in an order that the seed says");
    refused.put(
        "max_prompt_length", "a prompt has what max_completion_length leaves of max_length");
    refused.put("pad_to_multiple_of", "nothing is padded");
    refused.put("num_generations_eval", "held-out prompts are answered once each");
    refused.put("per_device_eval_batch_size", "held-out prompts are answered 16 at a time");
    put(refused, WHOLE, "top_p", "top_k", "min_p", "repetition_penalty", "generation_kwargs");
    refused.put("chat_template_kwargs", "--chat-template-path names a template that says all");
    put(refused, SAMPLER, "cache_implementation", "use_vllm", "vllm_mode", "vllm_model_impl");
    put(refused, SAMPLER, "vllm_enable_sleep_mode", "vllm_structured_outputs_regex");
    put(refused, SAMPLER, "vllm_server_base_url", "vllm_server_host", "vllm_server_port");
    put(refused, SAMPLER, "vllm_server_timeout", "vllm_group_port", "vllm_max_model_length");
    put(refused, SAMPLER, "vllm_gpu_memory_utilization", "vllm_tensor_parallel_size");
    put(refused, SAMPLER, "use_transformers_continuous_batching", "use_transformers_paged");
    put(refused, SAMPLER, "transformers_continuous_batching_config");
    refused.put("ds3_gather_for_generation", "there is one process");
    put(refused, REFERENCE, "sync_ref_model", "ref_model_mixup_alpha", "ref_model_sync_steps");
    put(refused, SHOWN, "log_completions", "num_completions_to_print", "log_unique_prompts");
    put(refused, SHOWN, "log_completions_hub_repo");
    refused.put("log_multimodal", "policies read and write texts");
    put(refused, TOLD, "logging_steps", "logging_strategy", "logging_first_step");
    return refused;
  }

  private static Map<String, String> ofGrpo() {
    Map<String, String> refused = ofBoth();
    refused.put("cast_lm_head_to_fp32", PRECISION);
    refused.put("multi_objective_aggregation", "rewards are summed before they are scaled");
    refused.put("top_entropy_quantile", "every token of an answer is learned from");
    put(refused, ENTROPY, "use_adaptive_entropy", "entropy_target", "entropy_coef_min");
    put(refused, ENTROPY, "entropy_coef_max", "entropy_coef_delta");
    refused.put("off_policy_mask_threshold", "clipping alone bounds how far an update goes");
    refused.put("max_tool_calling_iterations", "a policy answers once and calls no tools");
    refused.put(
        "vllm_importance_sampling_correction",
        "importance_sampling_mode says whether, and how, answers are weighed");
    return refused;
  }

  private static void put(Map<String, String> refused, String why, String... names) {
    List.of(names).forEach(name -> refused.put(name, why));
  }
}
