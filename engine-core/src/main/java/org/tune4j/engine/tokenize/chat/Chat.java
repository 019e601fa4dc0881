package org.tune4j.engine.tokenize.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a chat template renders.
 *
 * @param messages with {@code role}, {@code content} and whatever else the template reads
 * @param tools what may be called
 * @param documents what may be quoted
 * @param variables further variables of the template
 */
public record Chat(
    List<ObjectNode> messages,
    Optional<ArrayNode> tools,
    Optional<ArrayNode> documents,
    Map<String, JsonNode> variables) {
  public Chat {
    messages = List.copyOf(messages);
    variables = Map.copyOf(variables);
  }

  /** Messages and nothing else. */
  public static Chat of(List<ObjectNode> messages) {
    return new Chat(messages, Optional.empty(), Optional.empty(), Map.of());
  }

  /** The first messages alone, all else as it is. */
  Chat upTo(int count) {
    return new Chat(messages.subList(0, count), tools, documents, variables);
  }
}
