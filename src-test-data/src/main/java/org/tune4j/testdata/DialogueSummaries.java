package org.tune4j.testdata;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Dialogues between a customer and an agent, each with a summary of one sentence: the matter that
 * the customer came with and how it ended, and nothing of what was said beside it. The base model
 * has read such dialogues ({@link ServiceDialogues}) and no summary.
 */
public final class DialogueSummaries {
  private final Map<Language, Grammar> grammars = new EnumMap<>(Language.class);

  public DialogueSummaries() {
    for (Language language : Language.values()) {
      grammars.put(language, Grammar.load("summaries", language));
    }
  }

  /**
   * A dialogue and what it is about.
   *
   * @param dialogue one turn a line
   * @param summary one sentence
   */
  public record Summarised(Language language, String dialogue, String summary) {}

  /** Draws a dialogue, from the held-out ones or from all others. */
  public Summarised draw(Language language, SplittableRandom random, boolean heldOut) {
    while (true) {
      Grammar.Text text = grammars.get(language).text(random);
      String dialogue = text.write("dialogue");
      if (HeldOut.contains(dialogue) == heldOut) {
        return new Summarised(language, dialogue, text.write("summary"));
      }
    }
  }
}
