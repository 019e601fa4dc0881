package org.tune4j.eval.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a model made of one row: the line of a samples file. All figures of a task follow from its
 * rows, so two models are compared by the rows that were written, without running either again.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = EvalRow.Completion.class, name = "completion"),
  @JsonSubTypes.Type(value = EvalRow.Choice.class, name = "choice"),
  @JsonSubTypes.Type(value = EvalRow.Label.class, name = "label"),
  @JsonSubTypes.Type(value = EvalRow.Tags.class, name = "tags"),
  @JsonSubTypes.Type(value = EvalRow.Value.class, name = "value"),
  @JsonSubTypes.Type(value = EvalRow.TextLoss.class, name = "loss")
})
public sealed interface EvalRow {
  /** Where the row stands: source and line. */
  String where();

  /** What the model was given, as a person reads it. */
  String input();

  /**
   * A text that was written.
   *
   * @param input the prompt
   * @param references what was wanted, any one of them being right
   * @param output what the model wrote
   */
  record Completion(String where, String input, List<String> references, String output)
      implements EvalRow {
    public Completion {
      references = List.copyOf(references);
    }
  }

  /**
   * A question with answers to choose from.
   *
   * @param input what stands before the answers
   * @param expected which of them is right, counted from 0
   * @param logLikelihoods of each answer, in nats
   */
  record Choice(
      String where, String input, List<String> choices, int expected, List<Double> logLikelihoods)
      implements EvalRow {
    public Choice {
      choices = List.copyOf(choices);
      logLikelihoods = List.copyOf(logLikelihoods);
    }
  }

  /**
   * A text that was labelled.
   *
   * @param input the text, or two of them on two lines
   * @param expected the labels that are right; of exclusive ones just one
   * @param predicted the labels that the model gave
   * @param probabilities of every label there is, in the order of their ids
   */
  record Label(
      String where,
      String input,
      List<String> expected,
      List<String> predicted,
      Map<String, Double> probabilities)
      implements EvalRow {
    public Label {
      expected = List.copyOf(expected);
      predicted = List.copyOf(predicted);
      probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
    }

    /** Whether all labels that are right were given, and no other. */
    @JsonIgnore
    public boolean isRight() {
      return Set.copyOf(expected).equals(Set.copyOf(predicted));
    }
  }

  /**
   * Words that were labelled.
   *
   * @param input the words with a space between
   * @param expected of each word that the model saw, the right label
   * @param predicted of each, the label that the model gave
   */
  record Tags(String where, String input, List<String> expected, List<String> predicted)
      implements EvalRow {
    public Tags {
      expected = List.copyOf(expected);
      predicted = List.copyOf(predicted);
    }
  }

  /**
   * A number that was predicted.
   *
   * @param input the text, or two of them on two lines
   */
  record Value(String where, String input, double expected, double predicted) implements EvalRow {}

  /**
   * A text whose tokens were predicted one by one.
   *
   * @param input the text
   * @param loss the negative log-likelihood of all scored tokens together, in nats
   * @param tokens that were scored
   * @param words between white space
   * @param bytes in UTF-8
   */
  record TextLoss(String where, String input, double loss, long tokens, long words, long bytes)
      implements EvalRow {}
}
