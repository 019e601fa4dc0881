package org.tune4j.engine.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Turns judged answers into token ids: two to the same prompt, each behind it as a document of its
 * own, or one with what is said of it. The answers alone are labelled. Each document is cut to the
 * greatest length by itself; where nothing is left of an answer, the row is dropped.
 */
public final class PreferenceEncoder implements RowEncoder {
  private final ExampleEncoder documents;
  private final boolean pairsOnly;

  /**
   * An encoder.
   *
   * @param pairsOnly whether an answer that is judged alone is refused: it has no loss where two
   *     are compared
   * @throws ConfigException if the tokenizer has no EOS token, or rows are to be packed
   */
  public PreferenceEncoder(Tokenizer tokenizer, DataConfig config, boolean pairsOnly) {
    if (config.packing().isPresent()) {
      throw new ConfigException(
          "packing: answers that are judged are not packed; batches have no padding without it");
    }
    this.documents = new ExampleEncoder(tokenizer, config.withCompletionsOnly());
    this.pairsOnly = pairsOnly;
  }

  @Override
  public Encoded encode(Example example) throws BadColumnException {
    if (example.form() instanceof ExampleForm.Preference pair) {
      return pair(example, pair.prompt().isEmpty() ? withPrompt(pair) : pair);
    }
    if (example.form() instanceof ExampleForm.Unpaired rated) {
      if (pairsOnly) {
        throw new BadColumnException(
            "prompt, completion and label are an answer that is judged alone, and the loss compares"
                + " two; wanted are chosen and rejected, or loss_type kto");
      }
      Rating rating = rated.label() ? Rating.CHOSEN : Rating.REJECTED;
      Encoded answer = answer(example, rated.prompt(), rated.completion());
      return new Encoded(
          answer.whole().rated(rating),
          answer.kept().map(kept -> kept.rated(rating)),
          answer.dropped());
    }
    throw new BadColumnException(
        "a row of %s has no answer that is judged; wanted are chosen and rejected, or prompt, completion and label"
            .formatted(example.form().getClass().getSimpleName()));
  }

  private Encoded pair(Example example, ExampleForm.Preference pair) {
    Encoded chosen = answer(example, pair.prompt(), pair.chosen());
    Encoded rejected = answer(example, pair.prompt(), pair.rejected());
    return new Encoded(
        EncodedExample.pair(chosen.whole(), rejected.whole()),
        chosen
            .kept()
            .flatMap(kept -> rejected.kept().map(other -> EncodedExample.pair(kept, other))),
        chosen.dropped().or(rejected::dropped));
  }

  private Encoded answer(Example example, Turns prompt, Turns answer) {
    return documents.encode(
        new Example(
            example.id(),
            example.source(),
            example.line(),
            new ExampleForm.PromptCompletion(prompt, answer),
            example.context()));
  }

  /** The prompt is what both begin with, a text's up to a word's end. */
  private static ExampleForm.Preference withPrompt(ExampleForm.Preference pair)
      throws BadColumnException {
    if (pair.chosen() instanceof Turns.Messages chosen) {
      List<ObjectNode> a = chosen.messages();
      List<ObjectNode> b = ((Turns.Messages) pair.rejected()).messages();
      int same = 0;
      while (same < Math.min(a.size(), b.size()) && a.get(same).equals(b.get(same))) {
        same++;
      }
      // Two conversations that are the same differ by nothing: their last turns are the answers.
      same = Math.min(same, Math.min(a.size(), b.size()) - 1);
      if (same < 1) {
        throw new BadColumnException(
            "chosen and rejected begin with different messages; wanted the same prompt, or a column"
                + " prompt");
      }
      return new ExampleForm.Preference(
          new Turns.Messages(a.subList(0, same)),
          new Turns.Messages(a.subList(same, a.size())),
          new Turns.Messages(b.subList(same, b.size())));
    }
    String a = ((Turns.Plain) pair.chosen()).text();
    String b = ((Turns.Plain) pair.rejected()).text();
    int same = 0;
    while (same < Math.min(a.length(), b.length()) && a.charAt(same) == b.charAt(same)) {
      same++;
    }
    if (same > 0 && same < a.length() && same < b.length() && a.charAt(same - 1) == ' ') {
      same--;
    }
    if (same > 0 && Character.isHighSurrogate(a.charAt(same - 1))) {
      same--;
    }
    return new ExampleForm.Preference(
        new Turns.Plain(a.substring(0, same)),
        new Turns.Plain(a.substring(same)),
        new Turns.Plain(b.substring(same)));
  }
}
