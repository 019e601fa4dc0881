package org.tune4j.engine.data.form;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An example in words, as a person reads it: without control tokens and template.
 *
 * @param prompt what is given; empty where all is learned
 * @param wanted what is to be learned, or the label
 */
public record FormText(String prompt, String wanted) {
  /** The words of a form; of a conversation, its last message is what is wanted. */
  public static FormText of(ExampleForm form) {
    if (form instanceof ExampleForm.Text text) {
      return new FormText("", text.text());
    }
    if (form instanceof ExampleForm.Prompt prompt) {
      return new FormText(text(prompt.prompt()), "");
    }
    if (form instanceof ExampleForm.PromptCompletion pair) {
      return new FormText(text(pair.prompt()), text(pair.completion()));
    }
    if (form instanceof ExampleForm.Conversation conversation) {
      List<ObjectNode> messages = conversation.messages().messages();
      int last = messages.size() - 1;
      return new FormText(
          text(new Turns.Messages(messages.subList(0, last))),
          text(new Turns.Messages(messages.subList(last, last + 1))));
    }
    if (form instanceof ExampleForm.Preference pair) {
      return new FormText(text(pair.prompt()), text(pair.chosen()) + "\n" + text(pair.rejected()));
    }
    if (form instanceof ExampleForm.Unpaired rated) {
      return new FormText(text(rated.prompt()), text(rated.completion()));
    }
    if (form instanceof ExampleForm.Stepwise steps) {
      return new FormText(steps.prompt(), String.join("\n", steps.completions()));
    }
    if (form instanceof ExampleForm.TextPair pair) {
      return new FormText(both(pair), "");
    }
    if (form instanceof ExampleForm.Words words) {
      return new FormText(String.join(" ", words.tokens()), "");
    }
    if (form instanceof ExampleForm.Labelled labelled) {
      return new FormText(both(labelled), labelled.label());
    }
    if (form instanceof ExampleForm.MultiLabelled labelled) {
      return new FormText(both(labelled), String.join(", ", labelled.labels()));
    }
    if (form instanceof ExampleForm.LabelVector vector) {
      return new FormText(both(vector), String.join(", ", vector.right()));
    }
    ExampleForm.Tagged tagged = (ExampleForm.Tagged) form;
    return new FormText(String.join(" ", tagged.tokens()), String.join(" ", tagged.tags()));
  }

  private static String both(ExampleForm.Texts form) {
    return form.pair().map(second -> form.text() + "\n" + second).orElse(form.text());
  }

  /** One side in words. */
  public static String text(Turns turns) {
    if (turns instanceof Turns.Plain plain) {
      return plain.text();
    }
    return ((Turns.Messages) turns)
        .messages().stream()
            .flatMap(FormText::parts)
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("\n"));
  }

  private static Stream<String> parts(ObjectNode message) {
    return Stream.of(
        message.path("reasoning_content").asText(""),
        message.hasNonNull("content") ? message.path("content").asText() : "",
        message.has("tool_calls") ? message.path("tool_calls").toString() : "");
  }
}
