package org.tune4j.lora;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.model.Architecture;

/** LoRA's part of PEFT's {@code adapter_config.json}. */
final class LoraConfigJson {
  /** What is handled, or says nothing about the numbers. */
  static final Set<String> KEYS =
      Set.of(
          "r",
          "lora_alpha",
          "lora_dropout",
          "target_modules",
          "exclude_modules",
          "bias",
          "use_rslora",
          "use_dora",
          "modules_to_save",
          "rank_pattern",
          "alpha_pattern",
          "layers_to_transform",
          "target_parameters",
          "trainable_token_indices",
          "init_lora_weights",
          "ensure_weight_tying",
          "megatron_core",
          "qalora_group_size");

  /** PEFT's words for starts after which the base is as it was; the file has what became of A. */
  private static final List<String> STARTS = List.of("true", "false", "eva", "orthogonal");

  private LoraConfigJson() {}

  /** Reads it. */
  static LoraConfig read(AdapterJson json) {
    LoraConfig.Builder config = LoraConfig.builder();
    if (json.has("r")) {
      config.r(json.whole("r"));
    }
    if (json.has("lora_alpha")) {
      config.loraAlpha(json.number("lora_alpha"));
    }
    if (json.has("lora_dropout")) {
      config.loraDropout(json.number("lora_dropout"));
    }
    config.useRslora(json.flag("use_rslora", false));
    config.useDora(json.flag("use_dora", false));
    config.bias(bias(json));
    config.modulesToSave(json.names("modules_to_save").toArray(String[]::new));
    config.rankPattern(json.integersByName("rank_pattern"));
    config.alphaPattern(json.numbersByName("alpha_pattern"));
    config.layersToTransform(json.integers("layers_to_transform").toArray(Integer[]::new));
    config.targetParameters(json.names("target_parameters").toArray(String[]::new));
    config.initLoraWeights(start(json));
    config.trainableTokenIndices(json.tokens("trainable_token_indices"));
    config.targetModules(json.modules("target_modules"));
    config.excludeModules(json.modules("exclude_modules"));
    return config.build();
  }

  private static LoraConfig.Init start(AdapterJson json) {
    JsonNode node = json.json().path("init_lora_weights");
    String text = node.asText().toLowerCase(Locale.ROOT);
    for (LoraConfig.Init init : LoraConfig.Init.values()) {
      if (init.word() != null && init.word().equals(text)) {
        return init;
      }
    }
    if (json.has("init_lora_weights") && !STARTS.contains(text)) {
      throw json.wrong("init_lora_weights", "true, false, gaussian, pissa or olora", node);
    }
    return LoraConfig.Init.DEFAULT;
  }

  /** Its keys: those at their default are left out, so that older readers understand it. */
  static Map<String, Object> keys(LoraConfig config, LoraAdapter adapter) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("r", config.r());
    json.put("lora_alpha", AdapterJson.wholeIfItIs(config.loraAlpha()));
    json.put("lora_dropout", config.loraDropout());
    json.put("bias", config.bias().name().toLowerCase(Locale.ROOT));
    json.put("target_modules", AdapterJson.written(config.targetModules(), adapter.modules()));
    if (config.excludeModules() != null) {
      json.put("exclude_modules", config.excludeModules().written());
    }
    if (config.useRslora()) {
      json.put("use_rslora", true);
    }
    if (config.useDora()) {
      json.put("use_dora", true);
    }
    if (savesTied(adapter)) {
      json.put("ensure_weight_tying", true);
    }
    if (!config.rankPattern().isEmpty()) {
      json.put("rank_pattern", config.rankPattern());
    }
    if (!config.alphaPattern().isEmpty()) {
      json.put("alpha_pattern", config.alphaPattern());
    }
    if (!config.layersToTransform().isEmpty()) {
      json.put("layers_to_transform", config.layersToTransform());
    }
    if (!config.targetParameters().isEmpty()) {
      json.put("target_parameters", config.targetParameters());
    }
    Map<String, List<Integer>> tokens = config.trainableTokenIndices();
    if (!tokens.isEmpty()) {
      List<Integer> input = tokens.get(TokenRows.INPUT);
      json.put("trainable_token_indices", input != null && tokens.size() == 1 ? input : tokens);
    }
    if (config.initLoraWeights().word() != null) {
      json.put("init_lora_weights", config.initLoraWeights().word());
    }
    return json;
  }

  /** Whether the matrix that embedding and output layer share is trained, for both of them. */
  private static boolean savesTied(LoraAdapter adapter) {
    Architecture architecture = adapter.architecture();
    return architecture.tied()
        && adapter.trainedWeights().stream()
            .anyMatch(trained -> trained.slot().equals(architecture.embeddingSlot()));
  }

  private static LoraConfig.Bias bias(AdapterJson json) {
    return switch (json.text("bias", "none")) {
      case "none" -> LoraConfig.Bias.NONE;
      case "all" -> LoraConfig.Bias.ALL;
      case "lora_only" -> LoraConfig.Bias.LORA_ONLY;
      default -> throw json.wrong("bias", "none, all or lora_only", json.json().get("bias"));
    };
  }
}
