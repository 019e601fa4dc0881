package org.tune4j.engine.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.ModelFormatException;

/**
 * A {@code config.json}: typed access to its fields, with errors that name file, field, wanted and
 * found.
 */
final class ConfigJson {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private final Path file;
  private final JsonNode root;

  ConfigJson(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
    if (!root.isObject()) {
      throw new ModelFormatException(file + ": wanted a JSON object, found " + root.getNodeType());
    }
  }

  static ConfigJson read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(file + " is missing: wanted a Hugging Face checkpoint folder");
    }
    try {
      return new ConfigJson(file, JSON.readTree(file.toFile()));
    } catch (IOException e) {
      throw new ModelFormatException(file + " is no valid JSON: " + e.getMessage(), e);
    }
  }

  Path file() {
    return file;
  }

  boolean has(String field) {
    return root.hasNonNull(field);
  }

  String text(String field) {
    JsonNode node = root.path(field);
    if (!node.isTextual()) {
      throw wrong(field, "a text", node);
    }
    return node.textValue();
  }

  String text(String field, String otherwise) {
    return has(field) ? text(field) : otherwise;
  }

  /** A size: a whole number above zero. */
  int size(String field) {
    JsonNode node = root.path(field);
    if (!node.isInt() || node.intValue() < 1) {
      throw wrong(field, "a whole number above 0", node);
    }
    return node.intValue();
  }

  int size(String field, int otherwise) {
    return has(field) ? size(field) : otherwise;
  }

  double number(String field, double otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    JsonNode node = root.path(field);
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw wrong(field, "a finite number", node);
    }
    return node.doubleValue();
  }

  boolean flag(String field, boolean otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    JsonNode node = root.path(field);
    if (!node.isBoolean()) {
      throw wrong(field, "true or false", node);
    }
    return node.booleanValue();
  }

  /** A nested object, or null. */
  ConfigJson object(String field) {
    return has(field) ? new ConfigJson(file, root.get(field)) : null;
  }

  /** A token id, or a list of them, or nothing. */
  List<Integer> ids(String field) {
    List<Integer> ids = new ArrayList<>();
    if (has(field)) {
      JsonNode node = root.get(field);
      for (JsonNode id : node.isArray() ? node : List.of(node)) {
        if (!id.isInt()) {
          throw wrong(field, "a token id or a list of them", node);
        }
        ids.add(id.intValue());
      }
    }
    return ids;
  }

  /** Refuses a field that would change the numbers and is not handled. */
  void refuse(String field, String why) {
    throw new ModelFormatException(
        file + ": " + field + " = " + root.path(field) + " is not supported: " + why);
  }

  private ModelFormatException wrong(String field, String wanted, JsonNode found) {
    return new ModelFormatException(
        file
            + ": field "
            + field
            + ": wanted "
            + wanted
            + ", found "
            + (found.isMissingNode() ? "nothing" : found.toString()));
  }
}
