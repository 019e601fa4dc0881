package org.tune4j.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.checkpoint.JsonFields;

/** Typed access to the fields of an {@code adapter_config.json}. */
final class AdapterJson extends JsonFields {
  private final ObjectNode json;

  /**
   * @param file where it stands, for errors
   */
  AdapterJson(Object file, ObjectNode json) {
    super(file, json);
    this.json = json;
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
        ? List.of(whole(field))
        : list(field, "a list of whole numbers", node -> whole(field, node));
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

  /** Lists of tokens by modules, or one list, of the input embedding. */
  Map<String, List<Integer>> tokens(String field) {
    if (json.path(field).isArray()) {
      return Map.of(TokenRows.INPUT, integers(field));
    }
    return byName(
        field,
        node -> {
          if (!node.isArray()) {
            throw wrong(field, "a list of tokens for each module", node);
          }
          List<Integer> tokens = new ArrayList<>();
          node.forEach(token -> tokens.add(whole(field, token)));
          return tokens;
        });
  }

  Map<String, Integer> integersByName(String field) {
    return byName(field, node -> whole(field, node));
  }

  Map<String, Double> numbersByName(String field) {
    return byName(field, node -> number(field, node));
  }

  /** How many are true, of lists of true and false. */
  Map<String, Integer> countsByName(String field) {
    return byName(
        field,
        node -> {
          if (!node.isArray()) {
            throw wrong(field, "a list of true and false for each module", node);
          }
          int count = 0;
          for (JsonNode each : node) {
            if (!each.isBoolean()) {
              throw wrong(field, "a list of true and false for each module", each);
            }
            count += each.booleanValue() ? 1 : 0;
          }
          return count;
        });
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

  /** Keys of several parts of a configuration. */
  static Set<String> union(Set<String> some, Set<String> others) {
    return Stream.concat(some.stream(), others.stream()).collect(Collectors.toUnmodifiableSet());
  }

  /** A number as PEFT writes it: 8 in place of 8.0. */
  static Object wholeIfItIs(double number) {
    return number == Math.rint(number) ? (Object) (long) number : (Object) number;
  }

  /**
   * A choice of modules as it was given, where names or an expression were; otherwise the last
   * steps of what it means, sorted.
   *
   * @param modules null where none was given
   */
  static Object written(TargetModules modules, List<String> meant) {
    if (modules != null && !(modules instanceof TargetModules.AllLinear)) {
      return modules.written();
    }
    return meant.stream()
        .map(m -> m.substring(m.lastIndexOf('.') + 1))
        .distinct()
        .sorted()
        .toList();
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
}
