package org.tune4j.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.adapt.TargetModules;

/**
 * Typed access to the fields of an {@code adapter_config.json}: a value of another kind is refused,
 * never bent into the kind that is wanted. A field that is null counts as left out.
 *
 * @param file where it stands, for errors
 */
record AdapterJson(Object file, ObjectNode json) {
  boolean has(String field) {
    return json.hasNonNull(field);
  }

  int integer(String field) {
    return integer(field, json.path(field));
  }

  private int integer(String field, JsonNode node) {
    if (!node.isInt()) {
      throw wrong(field, "a whole number below 2^31", node);
    }
    return node.intValue();
  }

  double number(String field) {
    return number(field, json.path(field));
  }

  private double number(String field, JsonNode node) {
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw wrong(field, "a finite number", node);
    }
    return node.doubleValue();
  }

  boolean flag(String field) {
    JsonNode node = json.path(field);
    if (has(field) && !node.isBoolean()) {
      throw wrong(field, "true or false", node);
    }
    return node.booleanValue();
  }

  String text(String field, String otherwise) {
    JsonNode node = json.path(field);
    if (has(field) && !node.isTextual()) {
      throw wrong(field, "a text", node);
    }
    return has(field) ? node.textValue() : otherwise;
  }

  List<String> names(String field) {
    return list(
        field,
        "a list of names",
        node -> {
          if (!node.isTextual()) {
            throw wrong(field, "a list of names", node);
          }
          return node.textValue();
        });
  }

  /** A list of whole numbers, or one of them. */
  List<Integer> integers(String field) {
    return json.path(field).isInt()
        ? List.of(integer(field))
        : list(field, "a list of whole numbers", node -> integer(field, node));
  }

  private <T> List<T> list(String field, String wanted, Function<JsonNode, T> element) {
    List<T> list = new ArrayList<>();
    if (has(field)) {
      if (!json.get(field).isArray()) {
        throw wrong(field, wanted, json.get(field));
      }
      json.get(field).forEach(node -> list.add(element.apply(node)));
    }
    return list;
  }

  Map<String, Integer> integersByName(String field) {
    return byName(field, node -> integer(field, node));
  }

  Map<String, Double> numbersByName(String field) {
    return byName(field, node -> number(field, node));
  }

  private <T> Map<String, T> byName(String field, Function<JsonNode, T> value) {
    Map<String, T> map = new LinkedHashMap<>();
    if (has(field)) {
      if (!json.get(field).isObject()) {
        throw wrong(field, "an object from module names to numbers", json.get(field));
      }
      json.get(field)
          .fields()
          .forEachRemaining(e -> map.put(e.getKey(), value.apply(e.getValue())));
    }
    return map;
  }

  /** Names, a regular expression, {@code all-linear}, or null where the field is left out. */
  TargetModules modules(String field) {
    if (!has(field)) {
      return null;
    }
    if (!json.get(field).isTextual()) {
      return new TargetModules.Names(names(field));
    }
    String text = json.get(field).textValue();
    return text.equals(TargetModules.ALL_LINEAR)
        ? new TargetModules.AllLinear()
        : new TargetModules.Regex(text);
  }

  ModelFormatException wrong(String field, String wanted, JsonNode found) {
    return new ModelFormatException(
        file
            + ": "
            + field
            + ": wanted "
            + wanted
            + ", found "
            + (found.isMissingNode() ? "nothing" : Shortened.text(found)));
  }
}
