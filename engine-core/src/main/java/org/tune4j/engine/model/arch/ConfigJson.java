package org.tune4j.engine.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.checkpoint.JsonFields;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.model.RouterLoss;
import org.tune4j.engine.model.RoutingSpec;

/** A {@code config.json}. */
final class ConfigJson extends JsonFields {
  private static final int MOST_MEBIBYTES = 16;

  /** What no model comes near, and what stays far from taking memory for nothing. */
  private static final Map<String, Integer> LARGEST =
      Map.ofEntries(
          Map.entry("vocab_size", 1 << 24),
          Map.entry("hidden_size", 1 << 17),
          Map.entry("intermediate_size", 1 << 20),
          Map.entry("num_hidden_layers", 1 << 10),
          Map.entry("num_attention_heads", 1 << 12),
          Map.entry("num_key_value_heads", 1 << 12),
          Map.entry("head_dim", 1 << 12),
          Map.entry("max_position_embeddings", 1 << 30),
          Map.entry("n_embd", 1 << 17),
          Map.entry("n_inner", 1 << 20),
          Map.entry("n_layer", 1 << 10),
          Map.entry("n_head", 1 << 12),
          Map.entry("n_positions", 1 << 30),
          Map.entry("moe_intermediate_size", 1 << 20),
          Map.entry("shared_expert_intermediate_size", 1 << 20),
          Map.entry("num_local_experts", 1 << 10),
          Map.entry("num_experts", 1 << 10),
          Map.entry("n_routed_experts", 1 << 10),
          Map.entry("num_experts_per_tok", 1 << 12),
          Map.entry("n_group", 1 << 12),
          Map.entry("n_shared_experts", 1 << 8),
          Map.entry("first_k_dense_replace", 1 << 10),
          Map.entry("max_window_layers", 1 << 10),
          Map.entry("pad_token_id", 1 << 24),
          Map.entry("sliding_window", 1 << 30),
          Map.entry("type_vocab_size", 1 << 10),
          Map.entry("topk_group", 1 << 12),
          Map.entry("q_lora_rank", 1 << 17),
          Map.entry("kv_lora_rank", 1 << 17),
          Map.entry("qk_nope_head_dim", 1 << 12),
          Map.entry("qk_rope_head_dim", 1 << 12),
          Map.entry("v_head_dim", 1 << 12));

  private final Path file;
  private final JsonNode root;

  ConfigJson(Path file, JsonNode root) {
    super(file, root);
    this.file = file;
    this.root = root;
    if (!root.isObject()) {
      throw new ModelFormatException(
          file + ": wanted a JSON object, found " + Shortened.text(root));
    }
  }

  static ConfigJson read(Path file) {
    return new ConfigJson(file, content(file));
  }

  static ObjectNode content(Path file) {
    return JsonFile.read(file, MOST_MEBIBYTES);
  }

  Path file() {
    return file;
  }

  /** A size: a whole number from 1 to the largest that is believed. */
  int size(String field) {
    JsonNode node = root.path(field);
    int largest = LARGEST.getOrDefault(field, Integer.MAX_VALUE);
    if (!node.isInt() || node.intValue() < 1 || node.intValue() > largest) {
      throw wrong(field, "a whole number from 1 to " + largest, node);
    }
    return node.intValue();
  }

  int size(String field, int otherwise) {
    return has(field) ? size(field) : otherwise;
  }

  /** A size, or 0. */
  int count(String field, int otherwise) {
    boolean isZero = root.path(field).isInt() && root.path(field).intValue() == 0;
    return isZero ? 0 : size(field, otherwise);
  }

  /** A number above zero, or at least zero. */
  double number(String field, double otherwise, boolean zeroToo) {
    double number = number(field, otherwise);
    if (number < 0 || number == 0 && !zeroToo) {
      throw wrong(field, zeroToo ? "a number of at least 0" : "a number above 0", root.path(field));
    }
    return number;
  }

  /** How many fields it has. */
  int fields() {
    return root.size();
  }

  /** The class that the model was saved as; empty where the file does not say. */
  String architecture() {
    return root.path("architectures").path(0).asText("");
  }

  /** A list of so many numbers above zero. */
  List<Double> numbers(String field, int count) {
    JsonNode node = root.path(field);
    List<Double> numbers = new ArrayList<>();
    for (JsonNode number : node) {
      if (number.isNumber() && number.doubleValue() > 0 && Double.isFinite(number.doubleValue())) {
        numbers.add(number.doubleValue());
      }
    }
    if (!node.isArray() || node.size() != count || numbers.size() != count) {
      throw wrong(field, "a list of " + count + " numbers above 0", node);
    }
    return numbers;
  }

  /** A list of so many texts, each one of some; null where the field is missing. */
  List<String> texts(String field, int count, List<String> known) {
    if (!has(field)) {
      return null;
    }
    JsonNode node = root.get(field);
    List<String> texts = new ArrayList<>();
    node.forEach(text -> texts.add(text.asText()));
    if (!node.isArray() || texts.size() != count || !known.containsAll(texts)) {
      throw wrong(field, "a list of " + count + " of " + known, node);
    }
    return texts;
  }

  /** A nested object, or null. */
  ConfigJson object(String field) {
    if (!has(field)) {
      return null;
    }
    if (!root.get(field).isObject()) {
      throw wrong(field, "an object", root.get(field));
    }
    return new ConfigJson(file, root.get(field));
  }

  /** The size of each of some equal parts of another size. */
  int divided(String parts, int count, String whole, int size) {
    if (size % count != 0) {
      refuse(parts, "it must divide " + whole + " = " + size);
    }
    return size / count;
  }

  /** A text that is one of some; null where the field is missing. */
  String requireOneOf(String field, String... known) {
    String found = text(field, null);
    if (found != null && !List.of(known).contains(found)) {
      refuse(field, "known are " + List.of(known));
    }
    return found;
  }

  /** A routing whose numbers go together. */
  RoutingSpec routing(Supplier<RoutingSpec> routing) {
    try {
      return routing.get();
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  /** The loss of routers that has transformers' names and defaults. */
  RouterLoss routerLoss() {
    return new RouterLoss(
        number("router_aux_loss_coef", 0.001, true), flag("output_router_logits", false));
  }

  /** A token id, or a list of them, or nothing. */
  List<Integer> ids(String field) {
    List<Integer> ids = new ArrayList<>();
    if (has(field)) {
      JsonNode node = root.get(field);
      for (JsonNode id : node.isArray() ? node : List.of(node)) {
        if (!id.isInt() || id.intValue() < 0) {
          throw wrong(field, "a token id or a list of them", node);
        }
        ids.add(id.intValue());
      }
    }
    return ids;
  }

  /** Whether a field says something else than nothing, no or 0. */
  boolean isActive(String field) {
    JsonNode node = root.path(field);
    return has(field)
        && !(node.isBoolean() && !node.booleanValue())
        && !(node.isNumber() && node.doubleValue() == 0)
        && !(node.isContainerNode() && node.isEmpty());
  }

  /** Refuses a field that is active. */
  void refuseActive(String field, String why) {
    if (isActive(field)) {
      refuse(field, why);
    }
  }

  /** Refuses a field that would change the numbers and is not handled. */
  void refuse(String field, String why) {
    throw new ModelFormatException(
        file
            + ": "
            + field
            + " = "
            + Shortened.text(root.path(field))
            + " is not supported: "
            + why);
  }
}
