package org.tune4j.examples.cli;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What {@code tune4j classify} can be told: what sft can, as far as it is about labels. */
final class ClassifySettings {
  private static final String HEAD = "head";

  /** Settings of sft that have no meaning for labels, or that a head does not go with. */
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
          "packing_strategy",
          "completion_only_loss",
          "assistant_only_loss",
          "roles_to_train",
          "mask_history",
          "train_on_eos",
          "train_on_eot",
          "chat_template_path");

  private static final List<Setting> TASK =
      List.of(
          new Setting(
              "task",
              HEAD,
              "NAME",
              "single_label_classification, multi_label_classification, regression or"
                  + " token_classification. Default: what the columns of the first row say."),
          new Setting(
              "labels",
              HEAD,
              "a,b",
              "The labels in the order of their ids. Default: the model's own, or those of the"
                  + " rows, sorted."),
          new Setting(
              "label_weights",
              HEAD,
              "balanced|a=X,b=X",
              "What a label counts in the loss: balanced so that all count the same, or weights,"
                  + " 1 where none is given."),
          new Setting(
              "focal_gamma", HEAD, "X", "Learn less of what is told well already. Default 0."),
          new Setting(
              "augment",
              HEAD,
              "NAME,…",
              "Learn from copies of the rows too, their words changed at random in the ways of"
                  + " these attacks: synonym, deepwordbug, typo, homophone, lookalike."),
          new Setting(
              "pct_words_to_swap",
              HEAD,
              "P",
              "The share of a copy's words that is changed, rounded up. Default 0.1."),
          new Setting(
              "transformations_per_example",
              HEAD,
              "N",
              "Copies of a row by each attack of --augment. Default 1."),
          new Setting(
              "adversarial_epsilon",
              HEAD,
              "X",
              "Learn from texts too whose vectors are moved that far against the model. Default 0:"
                  + " not."),
          new Setting(
              "label_all_tokens",
              HEAD,
              null,
              "Label all tokens of a word, and not only its first one."));

  static final List<Setting> TABLE =
      Stream.concat(SftSettings.TABLE.stream(), TASK.stream())
          .filter(setting -> !OF_TEXTS.contains(setting.name()))
          .toList();

  private ClassifySettings() {}
}
