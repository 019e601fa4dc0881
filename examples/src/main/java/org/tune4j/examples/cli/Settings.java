package org.tune4j.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;

/**
 * What a command was told, by name. A setting that was not given calls nothing, so defaults live in
 * the records that are configured. A text is taken where a number or a flag is wanted if it spells
 * one: the command line has only texts, and YAML reads {@code 1e-4} as one.
 */
final class Settings {
  private final Map<String, Value> values;

  Settings(Map<String, Value> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * A value and where it was given.
   *
   * @param where an option, or a file and its key
   */
  record Value(String where, JsonNode node) {
    /** A value from the command line. */
    static Value of(String option, String text) {
      return new Value(option, new TextNode(text));
    }

    ConfigException wrong(String wanted) {
      return new ConfigException(where + ": wanted " + wanted + ", found " + node);
    }
  }

  /** The same with a value for what was not given. */
  Settings withDefault(String name, String text) {
    Map<String, Value> more = new LinkedHashMap<>(values);
    more.putIfAbsent(name, Value.of(name, text));
    return new Settings(more);
  }

  /** The same without what these say. */
  Settings without(List<Setting> others) {
    Map<String, Value> fewer = new LinkedHashMap<>(values);
    others.forEach(setting -> fewer.remove(setting.name()));
    return new Settings(fewer);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  private Optional<Value> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  void number(String name, DoubleConsumer use) {
    value(name).ifPresent(value -> use.accept(number(value, value.node())));
  }

  void integer(String name, IntConsumer use) {
    value(name).ifPresent(value -> use.accept((int) whole(value, Integer.MAX_VALUE)));
  }

  void whole(String name, LongConsumer use) {
    value(name).ifPresent(value -> use.accept(whole(value, Long.MAX_VALUE)));
  }

  void flag(String name, Consumer<Boolean> use) {
    value(name).ifPresent(value -> use.accept(flag(value)));
  }

  /** Whether a flag was given and is true. */
  boolean flag(String name) {
    return value(name).map(Settings::flag).orElse(false);
  }

  void text(String name, Consumer<String> use) {
    text(name).ifPresent(use);
  }

  Optional<String> text(String name) {
    return value(name).map(Settings::text);
  }

  Optional<Path> path(String name) {
    return value(name).map(Settings::path);
  }

  /** A list of paths, or paths with commas between. */
  List<Path> paths(String name) {
    List<Path> paths = new ArrayList<>();
    list(
        name,
        texts -> {
          String where = values.get(name).where();
          texts.forEach(text -> paths.add(path(new Value(where, new TextNode(text)))));
        });
    return paths;
  }

  /** The names of an enum's constants, in lower case. */
  <E extends Enum<E>> void choice(String name, Class<E> type, Consumer<E> use) {
    Map<String, E> choices = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      choices.put(constant.name().toLowerCase(Locale.ROOT), constant);
    }
    choice(name, choices, use);
  }

  <T> void choice(String name, Map<String, T> choices, Consumer<T> use) {
    value(name).ifPresent(value -> use.accept(choice(value, choices)));
  }

  /** A list, or names with commas between. */
  void list(String name, Consumer<List<String>> use) {
    value(name).ifPresent(value -> use.accept(list(value)));
  }

  /** A list of whole numbers, one of them, or several with commas between. */
  void integers(String name, Consumer<List<Integer>> use) {
    list(
        name,
        texts -> {
          Value all = values.get(name);
          List<Integer> numbers = new ArrayList<>();
          for (String text : texts) {
            numbers.add((int) whole(new Value(all.where(), new TextNode(text)), Integer.MAX_VALUE));
          }
          use.accept(numbers);
        });
  }

  /** A mapping, or {@code name=value} with commas between. Values are numbers where they can be. */
  void map(String name, Consumer<Map<String, Object>> use) {
    value(name).ifPresent(value -> use.accept(map(value)));
  }

  /** A mapping to numbers. */
  void numbers(String name, Consumer<Map<String, Double>> use) {
    map(
        name,
        map -> {
          Map<String, Double> numbers = new LinkedHashMap<>();
          map.forEach(
              (key, each) -> {
                if (!(each instanceof Number number)) {
                  throw values.get(name).wrong("a number for each name");
                }
                numbers.put(key, number.doubleValue());
              });
          use.accept(numbers);
        });
  }

  /** Whether a value is a list, which some settings tell from a text. */
  boolean isList(String name) {
    return value(name).map(value -> value.node().isArray()).orElse(false);
  }

  /** Whether a value is this text. */
  boolean is(String name, String text) {
    return value(name).map(value -> text.equals(value.node().textValue())).orElse(false);
  }

  private static double number(Value value, JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    try {
      if (node.isTextual()) {
        return Double.parseDouble(node.textValue().strip());
      }
    } catch (NumberFormatException e) {
      throw value.wrong("a number");
    }
    throw value.wrong("a number");
  }

  private static long whole(Value value, long most) {
    double number = value.node().isIntegralNumber() ? 0 : number(value, value.node());
    boolean isWhole =
        value.node().isIntegralNumber() ? value.node().canConvertToLong() : isWhole(number);
    long whole = value.node().isIntegralNumber() ? value.node().longValue() : exact(value, number);
    if (!isWhole || whole > most || whole < -most) {
      throw value.wrong("a whole number up to " + most);
    }
    return whole;
  }

  private static boolean isWhole(double number) {
    return number == Math.rint(number) && Math.abs(number) <= Long.MAX_VALUE;
  }

  /** A long that a double could not hold is read from its digits. */
  private static long exact(Value value, double number) {
    try {
      return Long.parseLong(value.node().asText().strip());
    } catch (NumberFormatException e) {
      return (long) number;
    }
  }

  private static boolean flag(Value value) {
    JsonNode node = value.node();
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isTextual() && node.textValue().matches("true|false")) {
      return Boolean.parseBoolean(node.textValue());
    }
    throw value.wrong("true or false");
  }

  private static String text(Value value) {
    if (!value.node().isValueNode()) {
      throw value.wrong("a text");
    }
    return value.node().asText();
  }

  private static Path path(Value value) {
    if (!value.node().isTextual() || value.node().textValue().isBlank()) {
      throw value.wrong("a path");
    }
    try {
      return Path.of(value.node().textValue());
    } catch (InvalidPathException e) {
      throw value.wrong("a path");
    }
  }

  private static <T> T choice(Value value, Map<String, T> choices) {
    String text = text(value);
    T chosen = choices.get(text);
    if (chosen == null) {
      throw new ConfigException(
          "%s: wanted one of %s, found '%s'; the nearest is %s"
              .formatted(
                  value.where(), choices.keySet(), text, NearestName.of(text, choices.keySet())));
    }
    return chosen;
  }

  private static List<String> list(Value value) {
    JsonNode node = value.node();
    List<String> texts = new ArrayList<>();
    if (node.isArray()) {
      for (JsonNode each : node) {
        if (!each.isValueNode() || each.isNull()) {
          throw value.wrong("a list of names");
        }
        texts.add(each.asText());
      }
      return texts;
    }
    if (!node.isValueNode()) {
      throw value.wrong("a list of names");
    }
    Arrays.stream(node.asText().split(",")).map(String::strip).forEach(texts::add);
    if (texts.contains("")) {
      throw value.wrong("names with commas between");
    }
    return texts;
  }

  private static Map<String, Object> map(Value value) {
    Map<String, Object> map = new LinkedHashMap<>();
    JsonNode node = value.node();
    if (node.isObject()) {
      node.fields()
          .forEachRemaining(
              each -> {
                if (!each.getValue().isValueNode()) {
                  throw value.wrong("a mapping from names to values");
                }
                map.put(each.getKey(), scalar(each.getValue()));
              });
      return map;
    }
    for (String entry : list(value)) {
      int equals = entry.lastIndexOf('=');
      if (equals < 1) {
        throw value.wrong("name=value with commas between");
      }
      Object scalar = scalar(new TextNode(entry.substring(equals + 1)));
      if (map.put(entry.substring(0, equals), scalar) != null) {
        throw value.wrong("each name once");
      }
    }
    return map;
  }

  private static Object scalar(JsonNode node) {
    if (node.isNumber()) {
      return node.numberValue();
    }
    try {
      return Double.valueOf(node.asText());
    } catch (NumberFormatException e) {
      return node.asText();
    }
  }
}
