package org.tune4j.examples.cli;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What every command that has a policy learn from rewards can be told. */
final class PolicySettings {
  static final String MODELS = "models";

  /** Settings of sft that say the same here. */
  private static final Set<String> OF_SFT =
      Set.of(
          "model",
          "data",
          "columns",
          "eval_data",
          "output",
          "max_length",
          "truncation_mode",
          "split_special_tokens",
          "chat_template_path",
          "preflight_allow",
          "on_bad_row",
          "method",
          "freeze_layers",
          "freeze_embeddings",
          "unfrozen_parameters",
          "learning_rate",
          "lr_scheduler_type",
          "lr_scheduler_kwargs",
          "warmup_steps",
          "warmup_ratio",
          "num_train_epochs",
          "per_device_train_batch_size",
          "gradient_accumulation_steps",
          "max_grad_norm",
          "optim",
          "optim_args",
          "weight_decay",
          "adam_beta1",
          "adam_beta2",
          "adam_epsilon",
          "precision",
          "recompute",
          "seed",
          "eval_strategy",
          "eval_steps",
          "save_strategy",
          "save_steps",
          "save_total_limit",
          "report_to",
          "mlflow_tracking_uri",
          "mlflow_experiment",
          "resume",
          "device",
          "threads",
          "memory_limit");

  /** Models beside the one that learns. */
  static final List<Setting> BESIDE =
      List.of(
          new Setting(
              "adapter",
              MODELS,
              "DIR",
              "Go on with this adapter; a frozen copy of it is the reference."),
          new Setting(
              "ref_model",
              MODELS,
              "DIR",
              "What the policy is not to leave: a model of the same vocabulary. Default: what the"
                  + " policy begins as."));

  private PolicySettings() {}

  /**
   * All that a command can be told.
   *
   * @param other of sft, with another meaning or default here
   * @param own of the method
   */
  static List<Setting> table(List<Setting> other, List<Setting> own) {
    Set<String> named =
        Stream.concat(other.stream(), own.stream()).map(Setting::name).collect(Collectors.toSet());
    return Stream.of(
            SftSettings.TABLE.stream()
                .filter(each -> OF_SFT.contains(each.name()) && !named.contains(each.name())),
            other.stream(),
            SftSettings.METHOD.stream().filter(each -> each.group().equals(SftSettings.LORA)),
            RewardFunctions.TABLE.stream(),
            BESIDE.stream(),
            own.stream())
        .flatMap(each -> each)
        .distinct()
        .toList();
  }
}
