package org.tune4j.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.tune4j.engine.ConfigException;

/**
 * A mapping of a YAML file. Whoever reads it asks for each key that it knows, and then for {@link
 * #nothingElse}, so that no key is passed over.
 */
public final class YamlNode {
  private final ObjectNode node;
  private final String where;
  private final Set<String> known = new LinkedHashSet<>();

  private YamlNode(ObjectNode node, String where) {
    this.node = node;
    this.where = where;
  }

  /**
   * The mapping that a file is; see {@link StrictYaml#read(Path)}.
   *
   * @throws ConfigException if it is missing or no such YAML
   */
  public static YamlNode read(Path file) {
    return new YamlNode((ObjectNode) StrictYaml.read(file), file.toString());
  }

  /** The file and the key, for messages. */
  public String where() {
    return where;
  }

  private Optional<JsonNode> value(String key) {
    known.add(key);
    return Optional.ofNullable(node.get(key)).filter(value -> !value.isNull());
  }

  /** A value that may be of several kinds. */
  public Optional<JsonNode> any(String key) {
    return value(key);
  }

  /** A text; numbers and truth values count as their spelling. */
  public Optional<String> text(String key) {
    return value(key).map(value -> text(key, value));
  }

  /**
   * A text.
   *
   * @throws ConfigException if it is missing
   */
  public String required(String key) {
    return text(key).orElseThrow(() -> new ConfigException(where + ": " + key + " is missing"));
  }

  private String text(String key, JsonNode value) {
    if (!value.isValueNode()) {
      throw wrong(key, "a text", value);
    }
    return value.asText();
  }

  /** A text or a list of them; empty where the key is missing. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    value(key)
        .ifPresent(
            value -> {
              if (value.isArray()) {
                value.forEach(each -> texts.add(text(key, each)));
              } else {
                texts.add(text(key, value));
              }
            });
    return texts;
  }

  /** A number. */
  public OptionalDouble number(String key) {
    Optional<JsonNode> value = value(key);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (!value.get().isNumber() || !Double.isFinite(value.get().doubleValue())) {
      throw wrong(key, "a number", value.get());
    }
    return OptionalDouble.of(value.get().doubleValue());
  }

  /** A whole number. */
  public OptionalInt whole(String key) {
    Optional<JsonNode> value = value(key);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!value.get().canConvertToInt() || !value.get().isIntegralNumber()) {
      throw wrong(key, "a whole number", value.get());
    }
    return OptionalInt.of(value.get().intValue());
  }

  /** Whether a flag is given and true. */
  public boolean flag(String key) {
    Optional<JsonNode> value = value(key);
    if (value.isPresent() && !value.get().isBoolean()) {
      throw wrong(key, "true or false", value.get());
    }
    return value.map(JsonNode::booleanValue).orElse(false);
  }

  /** A mapping within this one. */
  public Optional<YamlNode> node(String key) {
    return value(key)
        .map(
            value -> {
              if (value instanceof ObjectNode object) {
                return new YamlNode(object, where + ": " + key);
              }
              throw wrong(key, "keys and values", value);
            });
  }

  /** What is wrong with the value of a key. */
  public ConfigException wrong(String key, String wanted, Object found) {
    return new ConfigException(where + ": " + key + ": wanted " + wanted + ", found " + found);
  }

  /**
   * To be called when all keys that are known have been asked for.
   *
   * @throws ConfigException if there is another one
   */
  public void nothingElse() {
    StrictYaml.refuseUnknown(where, node, known);
  }
}
