package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** Keys of both generations of TRL's {@code PPOConfig} whose meaning cannot be had. */
final class PpoRefusals {
  /** Their names, and why. */
  static final Map<String, String> TABLE = refused();

  private PpoRefusals() {}

  private static Map<String, String> refused() {
    Map<String, String> refused = new LinkedHashMap<>();
    refused.put("max_steps", "a run is as long as num_train_epochs or total_episodes say");
    refused.put("steps", "a run is as long as num_train_epochs or total_episodes say");
    refused.put("stop_token_id", "responses end at the end tokens of the model");
    refused.put("local_rollout_forward_batch_size", "rollouts are looked at in micro-batches");
    refused.put("num_sample_generations", "the report shows responses before and after");
    refused.put("ds3_gather_for_generation", "there is one process");
    refused.put("compare_steps", "each update is made of its own responses");
    refused.put("ratio_threshold", "ratios are clipped, and told as val/ratio");
    refused.put("optimize_device_cache", "memory is freed as soon as it is not needed");
    refused.put("remove_unused_columns", "columns that nothing reads are left alone");
    refused.put("model_adapter_name", "--adapter names a folder");
    refused.put("ref_adapter_name", "the reference is what --adapter begins as, or --ref-model");
    refused.put("exp_name", "--output names the run");
    refused.put("task_name", "--output names the run");
    refused.put("log_with", "--report-to names what values go to");
    refused.put("tracker_kwargs", "--report-to names what values go to");
    refused.put("tracker_project_name", "--report-to names what values go to");
    refused.put("accelerator_kwargs", "there is no accelerator to configure");
    refused.put("project_kwargs", "there is no accelerator to configure");
    return refused;
  }
}
