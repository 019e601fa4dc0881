package org.tune4j.engine.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.tokenize.chat.ChatTemplate;

/**
 * Turns examples into token ids and labels. Plain text: BOS where the tokenizer's own template has
 * it, prompt, completion, EOS; completion and EOS are learned, a text without a prompt as a whole.
 * Conversations: as the model's chat template renders them; the assistant's turns are learned.
 *
 * <p>An example longer than the limit loses its end, or its start. One of which nothing learned is
 * left is dropped, which is told and counted.
 */
public final class ExampleEncoder implements RowEncoder {
  private final Tokenizer tokenizer;
  private final DataConfig config;
  private final int[] front;
  private final int eos;
  private final Optional<ConversationEncoder> conversations;

  /**
   * An encoder.
   *
   * @throws ConfigException if the tokenizer has no EOS token
   * @throws org.tune4j.engine.ModelFormatException if the chat template is none
   */
  public ExampleEncoder(Tokenizer tokenizer, DataConfig config) {
    this.tokenizer = tokenizer;
    this.config = config;
    this.front = tokenizer.addsBos() ? tokenizer.bosId().stream().toArray() : new int[0];
    this.eos =
        tokenizer
            .eosId()
            .orElseThrow(
                () ->
                    new ConfigException(
                        "the tokenizer has no eos_token, so a model could not learn to stop; name"
                            + " one in tokenizer_config.json"));
    this.conversations =
        config
            .chatTemplate()
            .map(file -> ChatTemplate.load(file, tokenizer.folder()))
            .or(() -> ChatTemplate.load(tokenizer.folder()))
            .map(template -> new ConversationEncoder(tokenizer, template, config));
  }

  /** Whether examples of a form are learned by continuing them, which is what this encodes. */
  public static boolean learns(ExampleForm form) {
    return form instanceof ExampleForm.Text
        || form instanceof ExampleForm.PromptCompletion
        || form instanceof ExampleForm.Conversation;
  }

  /**
   * Encodes an example.
   *
   * @throws DataException if its form is not one to learn to continue
   */
  @Override
  public Encoded encode(Example example) {
    EncodedExample whole = whole(example);
    int length = Math.min(whole.length(), config.exampleLimit());
    int from = config.truncation() == Side.LEFT ? whole.length() - length : 0;
    EncodedExample kept = whole.piece(from, length);
    if (kept.labelCount() > 0) {
      return new Encoded(whole, Optional.of(kept), Optional.empty());
    }
    return new Encoded(
        whole,
        Optional.empty(),
        Optional.of(whole.labelCount() > 0 ? Encoded.CUT_AWAY : Encoded.NOTHING_TO_LEARN));
  }

  /**
   * What the model is given to continue: BOS where it is used, the prompt; of a conversation, all
   * before its last turn, and the generation prompt.
   *
   * @throws DataException if the example has no prompt
   */
  public int[] prompt(Example example) {
    if (example.form() instanceof ExampleForm.Conversation conversation) {
      List<ObjectNode> messages = conversation.messages().messages();
      return conversations(example).prompt(example, messages.subList(0, messages.size() - 1));
    }
    Turns prompt =
        example.form() instanceof ExampleForm.PromptCompletion pair
            ? pair.prompt()
            : example.form() instanceof ExampleForm.Prompt alone ? alone.prompt() : Turns.NONE;
    if (prompt.isEmpty()) {
      throw new DataException(
          example.where() + ": has no prompt to answer; evaluate such rows by their loss");
    }
    return prompt instanceof Turns.Messages turns
        ? conversations(example).prompt(example, turns.messages())
        : concatenated(front, text(((Turns.Plain) prompt).text()));
  }

  private EncodedExample whole(Example example) {
    if (example.form() instanceof ExampleForm.Text text) {
      return learnedFrom(0, example, front, text(text.text()), new int[] {eos});
    }
    if (example.form() instanceof ExampleForm.Conversation conversation) {
      return conversations(example).encode(example, conversation.messages().messages(), 0);
    }
    if (example.form() instanceof ExampleForm.PromptCompletion pair) {
      return pair(example, pair);
    }
    throw new DataException(
        example.where()
            + ": a row of "
            + example.form().getClass().getSimpleName()
            + " is nothing to learn to continue; wanted are text, or prompt and completion, or"
            + " messages");
  }

  private EncodedExample pair(Example example, ExampleForm.PromptCompletion pair) {
    boolean learnsPrompt = pair.prompt().isEmpty() || !config.trainOn().completionOnly();
    if (pair.prompt() instanceof Turns.Messages before) {
      List<ObjectNode> messages = new ArrayList<>(before.messages());
      messages.addAll(((Turns.Messages) pair.completion()).messages());
      return conversations(example)
          .encode(example, messages, learnsPrompt ? 0 : before.messages().size());
    }
    int[] prompt = concatenated(front, text(((Turns.Plain) pair.prompt()).text()));
    int[] completion = text(((Turns.Plain) pair.completion()).text());
    return learnedFrom(
        learnsPrompt ? 0 : prompt.length, example, prompt, completion, new int[] {eos});
  }

  private ConversationEncoder conversations(Example example) {
    return conversations.orElseThrow(
        () ->
            new DataException(
                example.where()
                    + ": the row is a conversation and "
                    + tokenizer.folder()
                    + " has no chat template; name one with chat_template_path, or give prompt and"
                    + " completion as texts"));
  }

  private static EncodedExample learnedFrom(int first, Example example, int[]... parts) {
    int[] ids = concatenated(parts);
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, first, EncodedExample.NOT_LEARNED);
    return new EncodedExample(example.id(), example.where(), ids, labels);
  }

  private int[] text(String text) {
    return tokenizer.ids(text, config.splitSpecialTokens());
  }

  private static int[] concatenated(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }
}
