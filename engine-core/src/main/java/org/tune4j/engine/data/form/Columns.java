package org.tune4j.engine.data.form;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** The columns of a row, read as the type that is wanted. A null counts as absent. */
record Columns(ObjectNode row) {
  private static final JsonMapper JSON = new JsonMapper();

  boolean has(String column) {
    return row.hasNonNull(column);
  }

  String text(String column) throws BadColumnException {
    return required(column, JsonNode::isTextual, "a string").asText();
  }

  /** Text, or a number or truth value as it is written. */
  String scalar(String column) throws BadColumnException {
    return required(column, JsonNode::isValueNode, "a string or a number").asText();
  }

  boolean truth(String column) throws BadColumnException {
    return isTrue(required(column, Columns::isTruth, "true or false"));
  }

  /** Each element as it is written. */
  List<String> scalars(String column) throws BadColumnException {
    List<String> values = new ArrayList<>();
    for (JsonNode element : list(column, JsonNode::isValueNode, "strings or numbers")) {
      values.add(element.asText());
    }
    return values;
  }

  List<String> texts(String column) throws BadColumnException {
    List<String> values = new ArrayList<>();
    for (JsonNode element : list(column, JsonNode::isTextual, "strings")) {
      values.add(element.asText());
    }
    return values;
  }

  List<Boolean> truths(String column) throws BadColumnException {
    List<Boolean> values = new ArrayList<>();
    for (JsonNode element : list(column, Columns::isTruth, "true or false")) {
      values.add(isTrue(element));
    }
    return values;
  }

  /** A list of objects, or a JSON text of one, as column types without nesting have it. */
  Optional<ArrayNode> objects(String column) throws BadColumnException {
    if (!has(column)) {
      return Optional.empty();
    }
    JsonNode value = parsed(column);
    for (JsonNode element : value) {
      if (!element.isObject()) {
        throw wrong(column, element, "a list of objects");
      }
    }
    if (!value.isArray()) {
      throw wrong(column, value, "a list of objects");
    }
    return value.isEmpty() ? Optional.empty() : Optional.of((ArrayNode) value);
  }

  /** An object, or a JSON text of one. */
  Optional<ObjectNode> object(String column) throws BadColumnException {
    if (!has(column)) {
      return Optional.empty();
    }
    JsonNode value = parsed(column);
    if (!value.isObject()) {
      throw wrong(column, value, "an object");
    }
    return Optional.of((ObjectNode) value);
  }

  private JsonNode parsed(String column) throws BadColumnException {
    JsonNode value = row.path(column);
    if (!value.isTextual() || value.asText().isBlank()) {
      return value.isTextual() ? JSON.createArrayNode() : value;
    }
    try {
      return JSON.readTree(value.asText());
    } catch (JsonProcessingException e) {
      throw new BadColumnException("column '" + column + "' is a text that is not valid JSON");
    }
  }

  private List<JsonNode> list(String column, Predicate<JsonNode> fits, String wanted)
      throws BadColumnException {
    JsonNode values = required(column, JsonNode::isArray, "a list of " + wanted);
    List<JsonNode> elements = new ArrayList<>();
    for (JsonNode element : values) {
      if (!fits.test(element) || element.isNull()) {
        throw wrong(column + "[" + elements.size() + "]", element, wanted);
      }
      elements.add(element);
    }
    return elements;
  }

  private JsonNode required(String column, Predicate<JsonNode> fits, String wanted)
      throws BadColumnException {
    JsonNode value = row.path(column);
    if (value.isMissingNode()) {
      throw new BadColumnException("column '" + column + "' is missing");
    }
    if (value.isNull() || !fits.test(value)) {
      throw wrong(column, value, wanted);
    }
    return value;
  }

  private static boolean isTruth(JsonNode value) {
    return value.isBoolean() || value.asText().matches("[01]|(?i:true|false)");
  }

  private static boolean isTrue(JsonNode value) {
    return value.isBoolean() ? value.asBoolean() : value.asText().matches("1|(?i:true)");
  }

  static BadColumnException wrong(String column, JsonNode found, String wanted) {
    return new BadColumnException(
        "column '%s' is %s, wanted is %s"
            .formatted(column, found.getNodeType().toString().toLowerCase(Locale.ROOT), wanted));
  }
}
