package org.tune4j.examples.cli;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What {@code tune4j reward} can be told: what sft can, as far as it is about pairs of answers. */
final class RewardSettings {
  /** Settings of sft that have no meaning for pairs, or that a head does not go with. */
  private static final Set<String> OF_TEXTS =
      Set.of(
          "add_tokens",
          "eval_max_new_tokens",
          "eval_metrics",
          "eval_tasks",
          "replay_prompts",
          "replay_max_new_tokens",
          "weights",
          "router_aux_loss_coef",
          "label_smoothing_factor",
          "loss_chunk_size",
          "peft_type",
          "num_virtual_tokens",
          "prefix_projection",
          "encoder_hidden_size",
          "feedforward_modules",
          "token_indices",
          "projection_prng_key",
          "save_projection",
          "vera_dropout",
          "d_initial",
          "packing",
          "packing_strategy",
          "completion_only_loss",
          "assistant_only_loss",
          "roles_to_train",
          "mask_history",
          "train_on_eos",
          "train_on_eot");

  static final Setting CENTER =
      new Setting(
          "center_rewards_coefficient",
          "reward",
          "C",
          "Draw rewards to 0 by C times the square of a pair's sum. Default 0: not; 0.01 is usual.");

  static final List<Setting> TABLE =
      Stream.concat(SftSettings.TABLE.stream(), Stream.of(CENTER))
          .filter(setting -> !OF_TEXTS.contains(setting.name()))
          .toList();

  private RewardSettings() {}
}
