package org.tune4j.eval;

import java.util.List;
import org.tune4j.engine.DataException;

/**
 * A question with answers to choose from.
 *
 * @param context what stands before an answer, such as {@code "Question: …\nAnswer:"}
 * @param choices the answers
 * @param answer which is right, counted from 0
 * @param delimiter what stands between the context and an answer
 */
public record ChoiceQuestion(String context, List<String> choices, int answer, String delimiter) {
  /** With a space before the answers. */
  public ChoiceQuestion(String context, List<String> choices, int answer) {
    this(context, choices, answer, " ");
  }

  public ChoiceQuestion {
    choices = List.copyOf(choices);
    if (context.isBlank() || choices.size() < 2 || choices.stream().anyMatch(String::isBlank)) {
      throw new DataException(
          "a question: wanted a context and at least two answers, none of them blank, found %s and %s"
              .formatted(context, choices));
    }
    if (answer < 0 || answer >= choices.size()) {
      throw new DataException(
          "a question: its answer is %d of %d choices".formatted(answer, choices.size()));
    }
  }
}
