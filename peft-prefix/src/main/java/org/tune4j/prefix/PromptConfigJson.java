package org.tune4j.prefix;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.PeftKeys;
import org.tune4j.engine.checkpoint.JsonFields;
import org.tune4j.engine.model.Architecture;

/**
 * The methods' part of PEFT's {@code adapter_config.json}. PEFT's files hold what the layers over
 * the vectors have computed, not the layers, so what is read is without them.
 */
final class PromptConfigJson {
  /** Keys of how the virtual tokens came about, or that say nothing about the numbers. */
  private static final Set<String> NEUTRAL =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "encoder_dropout",
          "encoder_hidden_size",
          "encoder_num_layers",
          "encoder_reparameterization_type",
          "inference_mode",
          "init_weights",
          "peft_version",
          "prefix_projection",
          "prompt_tuning_init",
          "prompt_tuning_init_text",
          "revision",
          "task_type",
          "tokenizer_kwargs",
          "tokenizer_name_or_path");

  private static final Set<String> KNOWN =
      Set.of(
          "peft_type",
          "num_virtual_tokens",
          "num_transformer_submodules",
          "num_layers",
          "num_attention_heads",
          "token_dim");

  private PromptConfigJson() {}

  /**
   * Reads it.
   *
   * @throws ModelFormatException naming the first field that is unknown, of a wrong kind, or does
   *     not fit the model
   */
  static PromptLearningConfig read(Object file, ObjectNode content, Architecture architecture) {
    JsonFields json = new JsonFields(file, content);
    PeftKeys.refuseActive(file, content, KNOWN, NEUTRAL);
    int tokens = json.whole("num_virtual_tokens");
    PromptLearningConfig config;
    try {
      config =
          switch (json.text("peft_type")) {
            case "PREFIX_TUNING" -> new PrefixTuningConfig(tokens);
            case "PROMPT_TUNING", "P_TUNING" -> new PromptTuningConfig(tokens);
            default ->
                throw json.wrong(
                    "peft_type",
                    "PREFIX_TUNING, PROMPT_TUNING or P_TUNING",
                    content.get("peft_type"));
          };
      requireFit(json, config, architecture);
    } catch (ConfigException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
    return config;
  }

  private static void requireFit(
      JsonFields json, PromptLearningConfig config, Architecture architecture) {
    model(config, architecture)
        .forEach(
            (field, wanted) -> {
              if (json.has(field) && json.whole(field) != wanted) {
                throw json.wrong(
                    field, wanted + ", which the base model has", json.json().get(field));
              }
            });
  }

  /** What the keys say about the model. */
  private static Map<String, Integer> model(
      PromptLearningConfig config, Architecture architecture) {
    boolean prefix = config instanceof PrefixTuningConfig;
    var attention = architecture.blocks().get(0).attention();
    Map<String, Integer> model = new LinkedHashMap<>();
    model.put("num_layers", architecture.blocks().size());
    model.put("num_attention_heads", prefix ? attention.keyValueHeads() : attention.heads());
    model.put("token_dim", prefix ? Sizes.keys(architecture) : architecture.hiddenSize());
    model.put("num_transformer_submodules", 1);
    return model;
  }

  /** What PEFT needs to load the virtual tokens. */
  static Map<String, Object> write(
      PromptLearningConfig config, Architecture architecture, String base) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("peft_type", config.peftType());
    json.put("task_type", PeftKeys.taskType(architecture));
    json.put("inference_mode", true);
    json.put("base_model_name_or_path", base);
    json.put("num_virtual_tokens", config.numVirtualTokens());
    json.putAll(model(config, architecture));
    List<Integer> sizes = config.sizes(architecture);
    if (config instanceof PrefixTuningConfig prefix) {
      json.put("prefix_projection", prefix.prefixProjection());
      json.put(
          "encoder_hidden_size",
          prefix.prefixProjection() ? sizes.get(1) : Sizes.keys(architecture));
    } else if (config instanceof PromptEncoderConfig) {
      json.put("encoder_reparameterization_type", "MLP");
      json.put("encoder_hidden_size", sizes.get(1));
    }
    return json;
  }
}
