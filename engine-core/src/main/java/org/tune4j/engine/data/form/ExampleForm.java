package org.tune4j.engine.data.form;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;

/** What one example is made of: the forms of TRL's data sets, and those of labelled text. */
public sealed interface ExampleForm {
  /** One text or two. */
  sealed interface Texts extends ExampleForm {
    /** The text, or the first of two. */
    String text();

    /** The second of two. */
    default Optional<String> pair() {
      return Optional.empty();
    }
  }

  /** A text that is learned as a whole: column {@code text}. */
  record Text(String text) implements Texts {}

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
   * @param margin by how much a reward model is to find the chosen one better: column {@code
   *     margin}; 0 where there is none
   */
  record Preference(Turns prompt, Turns chosen, Turns rejected, double margin)
      implements ExampleForm {
    /** Of which it is not said by how much one is better. */
    public Preference(Turns prompt, Turns chosen, Turns rejected) {
      this(prompt, chosen, rejected, 0);
    }

    public Preference {
      if (!Float.isFinite((float) margin)) {
        throw new ConfigException("margin: wanted a finite number, found " + margin);
      }
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

  /**
   * Two texts of which nothing is said: columns {@code text} and {@code text_pair}, or {@code
   * sentence1} and {@code sentence2}.
   */
  record TextPair(String text, String second) implements Texts {
    @Override
    public Optional<String> pair() {
      return Optional.of(second);
    }
  }

  /** Words of which nothing is said: column {@code tokens}. */
  record Words(List<String> tokens) implements ExampleForm {
    public Words {
      tokens = List.copyOf(tokens);
    }
  }

  /**
   * Columns {@code text} and {@code label}: a class by its name or number, or a number to meet.
   *
   * @param pair the second of two texts: column {@code text_pair}; or both are {@code sentence1}
   *     and {@code sentence2}
   */
  record Labelled(String text, Optional<String> pair, String label) implements Texts {
    /** Of one text. */
    public Labelled(String text, String label) {
      this(text, Optional.empty(), label);
    }
  }

  /**
   * Columns {@code text} and {@code labels}: the names or numbers of all that are right.
   *
   * @param pair as in {@link Labelled}
   */
  record MultiLabelled(String text, Optional<String> pair, List<String> labels) implements Texts {
    public MultiLabelled {
      labels = List.copyOf(labels);
    }

    /** Of one text. */
    public MultiLabelled(String text, List<String> labels) {
      this(text, Optional.empty(), labels);
    }
  }

  /**
   * Columns {@code text} and {@code labels}: of each label whether it is right, as 0 or 1.
   *
   * @param pair as in {@link Labelled}
   */
  record LabelVector(String text, Optional<String> pair, List<Boolean> labels) implements Texts {
    public LabelVector {
      labels = List.copyOf(labels);
    }

    /** Of one text. */
    public LabelVector(String text, List<Boolean> labels) {
      this(text, Optional.empty(), labels);
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
