package org.tune4j.eval.task;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a row becomes a prompt, in the terms of lm-evaluation-harness.
 *
 * @param docToText the prompt
 * @param docToTarget what is wanted, in one text or several; of choices the right one, by its
 *     number from 0 or its text
 * @param docToChoice the answers to choose from: one expression that gives a list, or one each
 * @param description what stands before all else
 * @param fewshot rows of solved examples that stand before the prompt, in their order
 * @param numFewshot how many of them
 * @param fewshotDelimiter what stands behind each of them
 * @param targetDelimiter what stands between a prompt and what is wanted
 * @param applyChatTemplate whether the prompt is what a user says in a conversation
 */
public record PromptConfig(
    RowExpression docToText,
    RowExpression docToTarget,
    List<RowExpression> docToChoice,
    String description,
    List<Path> fewshot,
    int numFewshot,
    String fewshotDelimiter,
    String targetDelimiter,
    boolean applyChatTemplate) {
  public PromptConfig {
    docToChoice = List.copyOf(docToChoice);
    fewshot = List.copyOf(fewshot);
  }

  /** The one expression whose value is the list of choices, where there is no list of them. */
  Optional<RowExpression> choiceList() {
    return docToChoice.size() == 1 ? Optional.of(docToChoice.get(0)) : Optional.empty();
  }
}
