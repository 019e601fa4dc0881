package org.tune4j.engine.data.form;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages of a conversation as the field writes them: {@code role} and {@code content} (TRL,
 * OpenAI), {@code from} and {@code value} (ShareGPT), {@code instruction}, {@code input} and {@code
 * output} (Alpaca). What comes out has the keys that chat templates read.
 */
final class MessageReader {
  private static final JsonMapper JSON = new JsonMapper();

  /** ShareGPT's words and those that LLaMA-Factory added. */
  private static final Map<String, String> ROLES =
      Map.ofEntries(
          Map.entry("human", "user"),
          Map.entry("user", "user"),
          Map.entry("gpt", "assistant"),
          Map.entry("chatgpt", "assistant"),
          Map.entry("assistant", "assistant"),
          Map.entry("model", "assistant"),
          Map.entry("system", "system"),
          Map.entry("tool", "tool"),
          Map.entry("observation", "tool"),
          Map.entry("function_call", "assistant"));

  private MessageReader() {}

  /** Messages with role and content. */
  static Turns.Messages messages(Columns row, String column) throws BadColumnException {
    JsonNode list = row.row().path(column);
    if (!list.isArray() || list.isEmpty()) {
      throw Columns.wrong(column, list, "a list of messages, at least one");
    }
    List<ObjectNode> messages = new ArrayList<>();
    for (JsonNode message : list) {
      messages.add(message(message, column + "[" + messages.size() + "]"));
    }
    return new Turns.Messages(messages);
  }

  private static ObjectNode message(JsonNode given, String where) throws BadColumnException {
    if (!given.isObject() || !given.path("role").isTextual()) {
      throw new BadColumnException(
          "column '" + where + "': wanted an object with a role and a content");
    }
    ObjectNode message = given.deepCopy();
    JsonNode content = message.path("content");
    if (content.isArray()) {
      message.put("content", joined(content, where));
    } else if (!content.isTextual() && !content.isNull() && !content.isMissingNode()) {
      throw Columns.wrong(where + ".content", content, "a string");
    }
    if (message.path("function_call").isObject()) {
      ObjectNode call = JSON.createObjectNode().put("type", "function");
      call.set("function", message.remove("function_call"));
      message.putArray("tool_calls").add(call);
    }
    if (message.path("role").asText().equals("function")) {
      message.put("role", "tool");
    }
    for (JsonNode call : message.path("tool_calls")) {
      readArguments(call.has("function") ? call.path("function") : call);
    }
    if (!message.hasNonNull("content") && message.path("tool_calls").isEmpty()) {
      throw new BadColumnException("column '" + where + "': has neither content nor tool_calls");
    }
    return message;
  }

  /** OpenAI's list of parts; those of text make one text. */
  private static String joined(JsonNode parts, String where) throws BadColumnException {
    List<String> texts = new ArrayList<>();
    for (JsonNode part : parts) {
      if (!part.path("text").isTextual()) {
        throw new BadColumnException(
            "column '%s.content' has a part of type '%s'; only text can be trained on"
                .formatted(where, part.path("type").asText("unknown")));
      }
      texts.add(part.path("text").asText());
    }
    return String.join("\n", texts);
  }

  /** OpenAI writes a call's arguments as a JSON text, templates want the object. */
  private static void readArguments(JsonNode call) {
    if (call instanceof ObjectNode function && function.path("arguments").isTextual()) {
      try {
        JsonNode arguments = JSON.readTree(function.path("arguments").asText());
        if (arguments.isObject()) {
          function.set("arguments", arguments);
        }
      } catch (JsonProcessingException e) {
        // A model may also have to learn calls that are no JSON: the text stays.
      }
    }
  }

  /** The tools of a row: {@code tools}, or OpenAI's former {@code functions}. */
  static Optional<ArrayNode> tools(Columns row) throws BadColumnException {
    Optional<ArrayNode> functions = row.objects("functions");
    if (functions.isEmpty()) {
      return row.objects("tools");
    }
    ArrayNode tools = JSON.createArrayNode();
    for (JsonNode function : functions.get()) {
      tools.addObject().put("type", "function").set("function", function);
    }
    return Optional.of(tools);
  }

  /** {@code conversations} of {@code from} and {@code value}, and perhaps a {@code system}. */
  static Turns.Messages shareGpt(Columns row) throws BadColumnException {
    JsonNode list = row.row().path("conversations");
    if (list.path(0).has("role")) {
      return messages(row, "conversations");
    }
    if (!list.isArray() || list.isEmpty()) {
      throw Columns.wrong("conversations", list, "a list of messages, at least one");
    }
    List<ObjectNode> messages = new ArrayList<>();
    system(row, messages);
    for (JsonNode turn : list) {
      String where = "conversations[" + messages.size() + "]";
      String from = turn.path("from").asText();
      String role = ROLES.get(from);
      if (role == null || !turn.path("value").isTextual()) {
        throw new BadColumnException(
            "column '%s': from is '%s' with a value of type %s; wanted from one of %s and a text"
                .formatted(
                    where,
                    from,
                    turn.path("value").getNodeType(),
                    ROLES.keySet().stream().sorted().toList()));
      }
      String value = turn.path("value").asText();
      messages.add(from.equals("function_call") ? call(value, where) : said(role, value));
    }
    return new Turns.Messages(messages);
  }

  private static ObjectNode call(String json, String where) throws BadColumnException {
    try {
      JsonNode function = JSON.readTree(json);
      if (function.path("name").isTextual()) {
        ObjectNode message = JSON.createObjectNode().put("role", "assistant");
        ObjectNode call = message.putArray("tool_calls").addObject().put("type", "function");
        call.set("function", function);
        readArguments(function);
        return message;
      }
    } catch (JsonProcessingException e) {
      // Told below.
    }
    throw new BadColumnException(
        "column '" + where + "': a function_call is a JSON object with name and arguments");
  }

  /** {@code instruction}, {@code input}, {@code output}, and perhaps {@code history}. */
  static Turns.Messages alpaca(Columns row) throws BadColumnException {
    List<ObjectNode> messages = new ArrayList<>();
    system(row, messages);
    for (JsonNode turn : row.row().path("history")) {
      if (turn.size() != 2 || !turn.path(0).isTextual() || !turn.path(1).isTextual()) {
        throw new BadColumnException("column 'history': wanted pairs of instruction and answer");
      }
      messages.add(said("user", turn.path(0).asText()));
      messages.add(said("assistant", turn.path(1).asText()));
    }
    String input = row.has("input") ? row.text("input") : "";
    String instruction = row.text("instruction");
    messages.add(said("user", input.isBlank() ? instruction : instruction + "\n" + input));
    messages.add(said("assistant", row.text("output")));
    return new Turns.Messages(messages);
  }

  private static void system(Columns row, List<ObjectNode> messages) throws BadColumnException {
    if (row.has("system") && !row.text("system").isEmpty()) {
      messages.add(said("system", row.text("system")));
    }
  }

  private static ObjectNode said(String role, String content) {
    return JSON.createObjectNode().put("role", role).put("content", content);
  }
}
