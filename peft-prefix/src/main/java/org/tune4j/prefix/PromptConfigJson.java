package org.tune4j.prefix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
          "prompt_tuning_init_state_dict_path",
          "prompt_tuning_init_task",
          "prompt_tuning_init_text",
          "revision",
          "task_type",
          "tokenizer_kwargs",
          "tokenizer_name_or_path");

  private static final Set<String> KNOWN =
      Set.of(
          "peft_type",
          "modules_to_save",
          "num_ranks",
          "num_tasks",
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
  static PromptAdapter read(Object file, ObjectNode content, Architecture architecture) {
    JsonFields json = new JsonFields(file, content);
    PeftKeys.refuseActive(file, content, KNOWN, NEUTRAL);
    int tokens = json.whole("num_virtual_tokens");
    List<String> saved = saved(json);
    try {
      PromptLearningConfig config =
          switch (json.text("peft_type")) {
            case "PREFIX_TUNING" -> new PrefixTuningConfig(tokens, false, 0, false, saved);
            case "PROMPT_TUNING", "P_TUNING" ->
                new PromptTuningConfig(tokens, PromptTuningConfig.Init.RANDOM, List.of(), saved);
            case "MULTITASK_PROMPT_TUNING" ->
                new MultitaskPromptTuningConfig(
                    tokens,
                    json.whole("num_tasks"),
                    json.whole("num_ranks"),
                    MultitaskPromptTuningConfig.Init.RANDOM,
                    Optional.empty(),
                    0,
                    saved);
            default ->
                throw json.wrong(
                    "peft_type",
                    "PREFIX_TUNING, PROMPT_TUNING, P_TUNING or MULTITASK_PROMPT_TUNING",
                    content.get("peft_type"));
          };
      requireFit(json, config, architecture);
      return new PromptAdapter(config, architecture);
    } catch (ConfigException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  private static List<String> saved(JsonFields json) {
    List<String> names = new ArrayList<>();
    if (json.has("modules_to_save")) {
      JsonNode list = json.json().get("modules_to_save");
      list.forEach(name -> names.add(name.isTextual() ? name.textValue() : ""));
      if (!list.isArray() || names.contains("")) {
        throw json.wrong("modules_to_save", "a list of names", list);
      }
    }
    return names;
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
  static Map<String, Object> write(PromptAdapter adapter, Architecture architecture, String base) {
    PromptLearningConfig config = adapter.config();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("peft_type", config.peftType());
    json.put("task_type", PeftKeys.taskType(architecture));
    json.put("inference_mode", true);
    json.put("base_model_name_or_path", base);
    json.put("num_virtual_tokens", config.numVirtualTokens());
    json.putAll(model(config, architecture));
    if (!adapter.saved().isEmpty()) {
      json.put("modules_to_save", adapter.saved());
    }
    if (config instanceof PrefixTuningConfig prefix) {
      json.put("prefix_projection", prefix.prefixProjection());
      json.put(
          "encoder_hidden_size",
          prefix.prefixProjection() ? prefix.hidden(architecture) : Sizes.keys(architecture));
    } else if (config instanceof PromptEncoderConfig encoder) {
      json.put("encoder_reparameterization_type", encoder.reparameterization().name());
      json.put("encoder_hidden_size", encoder.hidden(architecture));
      json.put("encoder_num_layers", LstmLayers.LAYERS);
    } else if (config instanceof MultitaskPromptTuningConfig tasks) {
      json.put("num_tasks", tasks.numTasks());
      json.put("num_ranks", tasks.numRanks());
    }
    return json;
  }
}
