package org.tune4j.examples.cli;

import java.util.List;

/** The settings of PEFT's methods besides LoRA that LoRA does not have. */
final class PeftSettings {
  /** Their group. */
  static final String PEFT = "peft";

  static final List<Setting> TABLE =
      List.of(
          new Setting(
              "feedforward_modules",
              PEFT,
              "a,b|REGEX",
              "Of ia3: the layers whose inputs are scaled. Default: the family's."),
          new Setting("token_indices", PEFT, "N,M,…", "Of trainable_tokens: the tokens."),
          new Setting(
              "projection_prng_key",
              PEFT,
              "N",
              "Of vera: what its frozen matrices are a function of. Default 0."),
          new Setting(
              "save_projection",
              PEFT,
              "true|false",
              "Of vera: whether files hold its frozen matrices. Default true."),
          new Setting(
              "vera_dropout",
              PEFT,
              "P",
              "Of vera: share of the inputs that the update does not see. Default 0."),
          new Setting(
              "d_initial", PEFT, "X", "Of vera: what its inner vectors begin as. Default 0.1."),
          of("alpha", "X", "loha and lokr: the update is scaled by it, divided by r. Default 8."),
          of("rank_dropout", "P", "loha and lokr: share of the outputs left out. Default 0."),
          of("module_dropout", "P", "loha and lokr: how often a layer's is left out. Default 0."),
          of("rank_dropout_scale", null, "lokr: scale up what rank_dropout leaves."),
          of("decompose_both", null, "lokr: make the small matrix a product of rank r, too."),
          of("decompose_factor", "N", "lokr: the small matrix's sides. Default -1: by the root."),
          of("oft_block_size", "N", "oft: numbers that are rotated together. Default 32."),
          of("use_cayley_neumann", "true|false", "oft: rotate by a series. Default true."),
          of("num_cayley_neumann_terms", "N", "oft: terms of the series. Default 5."),
          of("block_share", null, "oft: rotate all blocks of a layer alike."),
          of("miss_dropout", "P", "miss: share of the inputs not seen. Default 0."),
          of("mini_r", "N", "miss: outputs of the block with init_weights mini. Default 1."),
          new Setting(
              "init_weights",
              PEFT,
              "true|false|lycoris|mini",
              "How parameters begin: true (default), false for random; of lokr lycoris, of miss mini."),
          of("init_r", "N", "adalora: rank at the beginning. Default 12."),
          of("target_r", "N", "adalora: average rank at the end. Default 8."),
          of("total_step", "N", "adalora: updates of the run; needed."),
          of("tinit", "N", "adalora: updates before ranks fall. Default 0."),
          of("tfinal", "N", "adalora: updates after they have fallen. Default 0."),
          of("deltaT", "N", "adalora: updates between two allocations. Default 1."),
          of("beta1", "X", "adalora: what an update leaves of the importance. Default 0.85."),
          of("beta2", "X", "adalora: what it leaves of its uncertainty. Default 0.85."),
          of(
              "orth_reg_weight",
              "X",
              "adalora: weight of the factors' orthogonality. Default 0.5."));

  private PeftSettings() {}

  private static Setting of(String name, String value, String meaning) {
    return new Setting(name, PEFT, value, "Of " + meaning);
  }
}
