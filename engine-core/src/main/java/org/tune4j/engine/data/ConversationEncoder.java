package org.tune4j.engine.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.TrainOn.StopTokens;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.tokenize.chat.Chat;
import org.tune4j.engine.tokenize.chat.ChatTemplate;
import org.tune4j.engine.tokenize.chat.ChatTokens;
import org.tune4j.engine.tokenize.chat.ChatTurns;
import org.tune4j.engine.tokenize.chat.RenderedChat;
import org.tune4j.engine.tokenize.chat.Turn;

/**
 * Turns conversations into token ids and labels: rendered by the chat template, learned by the
 * place of turns in the text. A token is learned if all of its characters are.
 */
final class ConversationEncoder {
  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final ChatTurns turns;
  private final DataConfig config;

  ConversationEncoder(Tokenizer tokenizer, ChatTemplate template, DataConfig config) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.turns = new ChatTurns(template, tokenizer.controlTokens());
    this.config = config;
  }

  /**
   * Encodes a conversation.
   *
   * @param firstLearned the first message that may be learned
   * @throws DataException if the template refuses it, or turns cannot be told apart
   */
  EncodedExample encode(Example example, List<ObjectNode> messages, int firstLearned) {
    Chat chat = chat(messages, example.context());
    try {
      RenderedChat rendered = template.render(chat, false);
      ChatTokens tokens = ChatTokens.of(tokenizer, rendered, config.splitSpecialTokens());
      int[] ids = tokens.ids();
      int[] labels;
      if (config.trainOn().roles().isEmpty() && firstLearned == 0) {
        labels = ids.clone();
      } else {
        labels = new int[ids.length];
        Arrays.fill(labels, EncodedExample.NOT_LEARNED);
        label(chat, rendered, tokens, firstLearned, labels);
      }
      return new EncodedExample(example.id(), example.where(), ids, labels);
    } catch (DataException e) {
      throw new DataException(example.where() + ": " + e.getMessage(), e);
    }
  }

  /** The tokens of a conversation up to where the assistant's next turn begins. */
  int[] prompt(Example example, List<ObjectNode> messages) {
    RenderedChat rendered = template.render(chat(messages, example.context()), true);
    return ChatTokens.of(tokenizer, rendered, config.splitSpecialTokens()).ids();
  }

  private static Chat chat(List<ObjectNode> messages, ChatContext context) {
    Map<String, JsonNode> variables = new LinkedHashMap<>();
    context
        .variables()
        .ifPresent(
            object ->
                object
                    .properties()
                    .forEach(variable -> variables.put(variable.getKey(), variable.getValue())));
    return new Chat(messages, context.tools(), context.documents(), variables);
  }

  private void label(
      Chat chat, RenderedChat rendered, ChatTokens tokens, int firstLearned, int[] labels) {
    List<Turn> all = turns.of(chat, rendered);
    List<Turn> learned =
        all.stream()
            .filter(turn -> turn.message() >= firstLearned)
            .filter(turn -> isLearned(chat.messages().get(turn.message()), turn.role()))
            .toList();
    Turn last = learned.isEmpty() ? null : learned.get(learned.size() - 1);
    if (config.trainOn().lastTurnOnly() && last != null) {
      learned = List.of(last);
    }
    int[] ids = tokens.ids();
    for (Turn turn : all) {
      boolean isLearned = learned.contains(turn);
      for (int t = 0; t < ids.length; t++) {
        if (tokens.start(t) < turn.start() || tokens.end(t) > turn.end()) {
          continue;
        }
        boolean learns =
            tokens.start(t) < turn.stop() || !turn.hasStop()
                ? isLearned
                : learnsStop(ids[t], isLearned, turn == last);
        labels[t] = learns ? ids[t] : labels[t];
      }
    }
  }

  private boolean isLearned(ObjectNode message, String role) {
    if (message.has("train")) {
      return message.path("train").asBoolean();
    }
    if (message.has("weight")) {
      return message.path("weight").asDouble() != 0;
    }
    return config.trainOn().roles().map(roles -> roles.contains(role)).orElse(true);
  }

  private boolean learnsStop(int id, boolean isLearned, boolean isLast) {
    boolean isEos = tokenizer.eosId().orElse(-1) == id;
    StopTokens rule = isEos ? config.trainOn().eos() : config.trainOn().eot();
    return switch (rule) {
      case ALL -> true;
      case TURN -> isLearned;
      case LAST -> isLearned && isLast;
      case NONE -> false;
    };
  }
}
