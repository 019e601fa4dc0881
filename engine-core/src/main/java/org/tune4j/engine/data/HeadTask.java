package org.tune4j.engine.data;

import org.tune4j.engine.data.form.Labels;

/** What a task head learns to say, in the terms of transformers' {@code problem_type}. */
public sealed interface HeadTask {
  /** The names of the head's outputs. */
  Labels labels();

  /** How many outputs the head has. */
  default int outputs() {
    return labels().size();
  }

  /** One label a text: {@code single_label_classification}; columns {@code text}, {@code label}. */
  record SingleLabel(Labels labels) implements HeadTask {}

  /**
   * Any number of labels a text: {@code multi_label_classification}; columns {@code text}, {@code
   * labels}.
   */
  record MultiLabel(Labels labels) implements HeadTask {}

  /** A number a text: {@code regression}; columns {@code text}, {@code label}. */
  record Regression() implements HeadTask {
    @Override
    public Labels labels() {
      return Labels.numbered(1);
    }
  }

  /**
   * A label a word; columns {@code tokens} and {@code tags} or {@code ner_tags}.
   *
   * @param labelAllTokens whether the further tokens of a word are labelled too (the option of
   *     transformers' {@code run_ner}): by the word's label, or after {@code B-X} by {@code I-X} if
   *     there is such a label. Otherwise they are not learned
   */
  record WordLabels(Labels labels, boolean labelAllTokens) implements HeadTask {}
}
