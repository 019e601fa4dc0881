package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/**
 * The content of a {@code config.json}.
 *
 * @param file where it comes from, for errors
 */
record HubConfig(Path file, JsonNode json) {
  boolean has(String field) {
    return json.hasNonNull(field);
  }

  int whole(String field) {
    JsonNode node = json.path(field);
    if (!node.isInt()) {
      throw wrong(field, "a whole number", node);
    }
    return node.intValue();
  }

  int whole(String field, int otherwise) {
    return has(field) ? whole(field) : otherwise;
  }

  double real(String field, double otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!json.get(field).isNumber()) {
      throw wrong(field, "a number", json.get(field));
    }
    return json.get(field).doubleValue();
  }

  boolean flag(String field, boolean otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!json.get(field).isBoolean()) {
      throw wrong(field, "true or false", json.get(field));
    }
    return json.get(field).booleanValue();
  }

  String text(String field, String otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!json.get(field).isTextual()) {
      throw wrong(field, "a text", json.get(field));
    }
    return json.get(field).textValue();
  }

  /** The model's family. */
  String modelType() {
    return text("model_type", "");
  }

  /** How positions are scaled, in either spelling; an empty one where nothing is said. */
  HubConfig rope() {
    JsonNode parameters = json.path("rope_parameters");
    JsonNode scaling = parameters.isObject() ? parameters : json.path("rope_scaling");
    return new HubConfig(file, scaling.isObject() ? scaling : MissingNode.getInstance());
  }

  /** Which scaling of positions it is. */
  String ropeType() {
    return rope().text("rope_type", rope().text("type", "default"));
  }

  double ropeTheta() {
    return rope().real("rope_theta", real("rope_theta", 10000));
  }

  /** The length that the model was first trained on. */
  int originalPositions() {
    String field = "original_max_position_embeddings";
    return has(field) ? whole(field) : rope().whole(field, whole("max_position_embeddings", 2048));
  }

  /** Size of a head of queries and keys. */
  int headSize() {
    return whole("head_dim", whole("hidden_size") / whole("num_attention_heads"));
  }

  int keyValueHeads() {
    return whole("num_key_value_heads", whole("num_attention_heads"));
  }

  /** Something that a GGUF file has no place for. */
  ModelFormatException refuse(String field, Object found, String why) {
    return new ModelFormatException(
        file + ": " + field + " = " + Shortened.text(found) + " cannot be written as GGUF: " + why);
  }

  private ModelFormatException wrong(String field, String wanted, JsonNode found) {
    return new ModelFormatException(
        file
            + ": field "
            + field
            + ": wanted "
            + wanted
            + ", found "
            + (found.isMissingNode() ? "nothing" : Shortened.text(found)));
  }
}
