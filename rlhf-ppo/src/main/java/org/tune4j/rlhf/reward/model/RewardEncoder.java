package org.tune4j.rlhf.reward.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.PreferenceEncoder;
import org.tune4j.engine.data.RowEncoder;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.ExampleForms;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.tokenize.chat.ChatTemplate;
import org.tune4j.rlhf.reward.RewardSample;

/**
 * Turns pairs of answers, and responses alone, into what a reward model reads. A decoder reads
 * prompt, answer and EOS as it would learn them, conversations by its chat template. An encoder
 * reads prompt and answer as two texts, {@code [CLS] prompt [SEP] answer [SEP]}. Texts without a
 * prompt are one text each to both.
 */
public final class RewardEncoder implements RowEncoder {
  private final Optional<LabelEncoder> texts;
  private final Optional<PreferenceEncoder> answers;
  private final Optional<ExampleEncoder> completions;
  private final boolean readsConversations;

  /**
   * An encoder.
   *
   * @throws org.tune4j.engine.ConfigException if the model has no head of one number, rows are to
   *     be packed, or a decoder's tokenizer has no EOS token
   */
  public RewardEncoder(Tokenizer tokenizer, DataConfig config, Architecture model) {
    BradleyTerryObjective.reads(model.head());
    boolean causal = model.isCausal();
    this.texts =
        causal
            ? Optional.empty()
            : Optional.of(new LabelEncoder(tokenizer, config, new HeadTask.Regression()));
    this.answers =
        causal ? Optional.of(new PreferenceEncoder(tokenizer, config, true)) : Optional.empty();
    this.completions =
        causal ? Optional.of(new ExampleEncoder(tokenizer, config)) : Optional.empty();
    this.readsConversations =
        causal
            && (config.chatTemplate().isPresent()
                || ChatTemplate.load(tokenizer.folder()).isPresent());
  }

  @Override
  public Encoded encode(Example example) throws BadColumnException {
    if (!(example.form() instanceof ExampleForm.Preference pair)) {
      throw new BadColumnException(
          "a row of %s, wanted is chosen + rejected, or prompt + chosen + rejected"
              .formatted(example.form().getClass().getSimpleName()));
    }
    if (answers.isPresent()) {
      Encoded encoded = isOfTexts(pair) ? texts(example, pair) : answers.get().encode(example);
      return new Encoded(
          judged(encoded.whole(), pair.margin()),
          encoded.kept().map(kept -> judged(kept, pair.margin())),
          encoded.dropped());
    }
    return pair(text(example, pair, pair.chosen()), text(example, pair, pair.rejected()));
  }

  private static Encoded pair(Encoded chosen, Encoded rejected) {
    return new Encoded(
        EncodedExample.pair(chosen.whole(), rejected.whole()),
        chosen.kept().flatMap(a -> rejected.kept().map(b -> EncodedExample.pair(a, b))),
        chosen.dropped().or(rejected::dropped));
  }

  private static boolean isOfTexts(ExampleForm.Preference pair) {
    return pair.prompt().isEmpty()
        && pair.chosen() instanceof Turns.Plain
        && pair.rejected() instanceof Turns.Plain;
  }

  /**
   * Each as a text of its own, as it is scored. Taken apart where they begin to differ, as where
   * the answer alone is learned, they would be other tokens: that may be within a word.
   */
  private Encoded texts(Example example, ExampleForm.Preference pair) {
    return pair(
        text(example, (Turns.Plain) pair.chosen()), text(example, (Turns.Plain) pair.rejected()));
  }

  private Encoded text(Example example, Turns.Plain said) {
    ExampleForm form = new ExampleForm.Text(said.text());
    return completions
        .orElseThrow()
        .encode(
            new Example(example.id(), example.source(), example.line(), form, example.context()));
  }

  /** Both answers with the margin as what the head is told of them, in place of their tokens. */
  private static EncodedExample judged(EncodedExample pair, double margin) {
    return EncodedExample.pair(
        judgedAlone(pair, margin), judgedAlone(pair.rejected().orElseThrow(), margin));
  }

  private static EncodedExample judgedAlone(EncodedExample answer, double margin) {
    return EncodedExample.of(
        answer.id(), answer.source(), answer.ids(), new Target.Number((float) margin));
  }

  private Encoded text(Example example, ExampleForm.Preference pair, Turns answer)
      throws BadColumnException {
    if (!(pair.prompt() instanceof Turns.Plain prompt) || !(answer instanceof Turns.Plain said)) {
      throw new BadColumnException(
          "a conversation, and the model reads texts; wanted are prompt, chosen and rejected as text");
    }
    Optional<String> second = prompt.isEmpty() ? Optional.empty() : Optional.of(said.text());
    ExampleForm.Labelled form =
        new ExampleForm.Labelled(
            prompt.isEmpty() ? said.text() : prompt.text(), second, String.valueOf(pair.margin()));
    return texts
        .orElseThrow()
        .encode(
            new Example(example.id(), example.source(), example.line(), form, example.context()));
  }

  /**
   * A response to be judged. Where its row's prompt is a conversation, a decoder with a chat
   * template reads that as it learned it; all others read the text that was answered.
   *
   * @param id of it
   * @throws DataException if nothing of it is left within the greatest length
   */
  public EncodedExample response(long id, RewardSample sample) {
    Row row = sample.row();
    Optional<Turns.Messages> asked = readsConversations ? conversation(row) : Optional.empty();
    return asked.isPresent()
        ? completion(id, row.where(), asked.get(), answer(sample.response()), context(row))
        : response(id, row.where(), sample.prompt(), sample.response());
  }

  /** The conversation that a row's prompt is; empty if it is a text, or there is none. */
  private static Optional<Turns.Messages> conversation(Row row) {
    try {
      ExampleForm form = ExampleForms.of(row.columns());
      if (form instanceof ExampleForm.Prompt alone) {
        return messages(alone.prompt());
      }
      if (form instanceof ExampleForm.PromptCompletion pair) {
        return messages(pair.prompt());
      }
      if (form instanceof ExampleForm.Conversation whole) {
        List<ObjectNode> all = whole.messages().messages();
        return Optional.of(new Turns.Messages(all.subList(0, all.size() - 1)));
      }
    } catch (BadColumnException e) {
      // Columns of a verifier, or none: the text is all there is.
    }
    return Optional.empty();
  }

  private static ChatContext context(Row row) {
    try {
      return ExampleForms.context(row.columns());
    } catch (BadColumnException e) {
      throw new DataException(row.where() + ": " + e.getMessage(), e);
    }
  }

  private static Optional<Turns.Messages> messages(Turns turns) {
    return turns instanceof Turns.Messages messages ? Optional.of(messages) : Optional.empty();
  }

  private static Turns answer(String response) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    return new Turns.Messages(List.of(message.put("role", "assistant").put("content", response)));
  }

  /**
   * A response to a text.
   *
   * @param id of it
   * @param where it comes from, for messages
   * @throws DataException if nothing of it is left within the greatest length
   */
  public EncodedExample response(long id, String where, String prompt, String response) {
    if (completions.isPresent()) {
      return completion(
          id, where, new Turns.Plain(prompt), new Turns.Plain(response), ChatContext.NONE);
    }
    ExampleForm form =
        prompt.isEmpty()
            ? new ExampleForm.Text(response)
            : new ExampleForm.TextPair(prompt, response);
    try {
      return texts
          .orElseThrow()
          .unlabelled(new Example(id, where, 1, form, ChatContext.NONE))
          .tokens();
    } catch (BadColumnException e) {
      throw new DataException(where + ": " + e.getMessage(), e);
    }
  }

  private EncodedExample completion(
      long id, String where, Turns before, Turns answer, ChatContext context) {
    ExampleForm form = new ExampleForm.PromptCompletion(before, answer);
    EncodedExample kept =
        completions
            .orElseThrow()
            .encode(new Example(id, where, 1, form, context))
            .kept()
            .orElseThrow(
                () -> new DataException(where + ": nothing of the response is within max_length"));
    return EncodedExample.judged(id, where, kept.ids(), Optional.empty(), new int[0]);
  }
}
