package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.checkpoint.JsonFields;

/** The content of a {@code config.json}. */
final class HubConfig extends JsonFields {
  private final Path file;

  /**
   * @param file where it comes from, for errors
   */
  HubConfig(Path file, JsonNode json) {
    super(file, json);
    this.file = file;
  }

  Path file() {
    return file;
  }

  /** The model's family. */
  String modelType() {
    return text("model_type", "");
  }

  /** How positions are scaled, in either spelling; an empty one where nothing is said. */
  HubConfig rope() {
    JsonNode parameters = json().path("rope_parameters");
    JsonNode scaling = parameters.isObject() ? parameters : json().path("rope_scaling");
    return new HubConfig(file, scaling.isObject() ? scaling : MissingNode.getInstance());
  }

  /** Which scaling of positions it is. */
  String ropeType() {
    return rope().text("rope_type", rope().text("type", "default"));
  }

  double ropeTheta() {
    return rope().number("rope_theta", number("rope_theta", 10000));
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
}
