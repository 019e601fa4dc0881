package org.tune4j.engine.data.form;

import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;

/** What one example is made of: the forms of TRL's data sets, and those of labelled text. */
public sealed interface ExampleForm {
  /** A text that is learned as a whole: column {@code text}. */
  record Text(String text) implements ExampleForm {}

  /** A conversation: column {@code messages}, and what ShareGPT, OpenAI and Alpaca write for it. */
  record Conversation(Turns.Messages messages) implements ExampleForm {}

  /** Something to answer, such as a rollout starts from: column {@code prompt}. */
  record Prompt(Turns prompt) implements ExampleForm {}

  /** Columns {@code prompt} and {@code completion}, or {@code question} and {@code answer}. */
  record PromptCompletion(Turns prompt, Turns completion) implements ExampleForm {
    public PromptCompletion {
      requireAlike("prompt", prompt, "completion", completion);
    }
  }

  /**
   * Columns {@code chosen} and {@code rejected}, and {@code prompt} if both do not hold it.
   *
   * @param prompt empty where chosen and rejected begin with it
   */
  record Preference(Turns prompt, Turns chosen, Turns rejected) implements ExampleForm {
    public Preference {
      requireAlike("chosen", chosen, "rejected", rejected);
      if (!prompt.isEmpty()) {
        requireAlike("prompt", prompt, "chosen", chosen);
      }
    }
  }

  /** Columns {@code prompt}, {@code completion} and {@code label}: whether it is a good one. */
  record Unpaired(Turns prompt, Turns completion, boolean label) implements ExampleForm {
    public Unpaired {
      requireAlike("prompt", prompt, "completion", completion);
    }
  }

  /** Columns {@code prompt}, {@code completions} and {@code labels}: which steps are right. */
  record Stepwise(String prompt, List<String> completions, List<Boolean> labels)
      implements ExampleForm {
    public Stepwise {
      completions = List.copyOf(completions);
      labels = List.copyOf(labels);
      requireEquallyMany("completions", completions, "labels", labels);
    }
  }

  /** Columns {@code text} and {@code label}: a class by its name or number, or a number to meet. */
  record Labelled(String text, String label) implements ExampleForm {}

  /** Columns {@code text} and {@code labels}: the names or numbers of all that are right. */
  record MultiLabelled(String text, List<String> labels) implements ExampleForm {
    public MultiLabelled {
      labels = List.copyOf(labels);
    }
  }

  /** Columns {@code text} and {@code labels}: of each label whether it is right, as 0 or 1. */
  record LabelVector(String text, List<Boolean> labels) implements ExampleForm {
    public LabelVector {
      labels = List.copyOf(labels);
    }

    /** The numbers of those that are right, as texts. */
    public List<String> right() {
      return IntStream.range(0, labels.size())
          .filter(labels::get)
          .mapToObj(String::valueOf)
          .toList();
    }
  }

  /** Columns {@code tokens} and {@code tags} or {@code ner_tags}, equally many. */
  record Tagged(List<String> tokens, List<String> tags) implements ExampleForm {
    public Tagged {
      tokens = List.copyOf(tokens);
      tags = List.copyOf(tags);
      requireEquallyMany("tokens", tokens, "tags", tags);
    }
  }

  private static void requireAlike(String a, Turns as, String b, Turns bs) {
    if (as.getClass() != bs.getClass()) {
      throw new ConfigException(
          "of %s and %s one is text and the other messages; wanted both alike".formatted(a, b));
    }
  }

  private static void requireEquallyMany(String a, List<?> as, String b, List<?> bs) {
    if (as.size() != bs.size()) {
      throw new ConfigException(
          "%s has %d entries, %s %d; wanted equally many".formatted(a, as.size(), b, bs.size()));
    }
  }
}
