package org.tune4j.lora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.PeftKeys;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;

/**
 * LoRA's part of PEFT's {@code adapter_config.json}. A key that is not handled passes while it is
 * null, false, empty or at its default; one that is active is refused by name, for it would change
 * the numbers.
 */
final class LoraConfigJson {
  /** Keys that say nothing about the numbers. */
  private static final Set<String> NEUTRAL =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "ensure_weight_tying",
          "fan_in_fan_out",
          "inference_mode",
          "layers_pattern",
          "megatron_core",
          "peft_type",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config",
          "task_type");

  private static final Set<String> KNOWN =
      Set.of(
          "r",
          "lora_alpha",
          "lora_dropout",
          "target_modules",
          "exclude_modules",
          "bias",
          "use_rslora",
          "modules_to_save",
          "rank_pattern",
          "alpha_pattern",
          "layers_to_transform",
          "target_parameters",
          "init_lora_weights");

  private LoraConfigJson() {}

  /**
   * Reads it.
   *
   * @throws ModelFormatException naming the first field that is unknown, of a wrong kind, or has a
   *     value that LoRA cannot have
   */
  static LoraConfig read(Object file, ObjectNode content) {
    AdapterJson json = new AdapterJson(file, content);
    if (!json.text("peft_type", "").equals("LORA")) {
      throw json.wrong("peft_type", "LORA", content.path("peft_type"));
    }
    PeftKeys.refuseActive(file, content, KNOWN, NEUTRAL);
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
    config.bias(bias(json));
    config.modulesToSave(json.names("modules_to_save").toArray(String[]::new));
    config.rankPattern(json.integersByName("rank_pattern"));
    config.alphaPattern(json.numbersByName("alpha_pattern"));
    config.layersToTransform(json.integers("layers_to_transform").toArray(Integer[]::new));
    config.targetParameters(json.names("target_parameters").toArray(String[]::new));
    if (content.path("init_lora_weights").asText().equals("gaussian")) {
      config.initLoraWeights(LoraConfig.Init.GAUSSIAN);
    }
    try {
      config.targetModules(json.modules("target_modules"));
      config.excludeModules(json.modules("exclude_modules"));
      return config.build();
    } catch (ConfigException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * What PEFT needs to load the adapter: keys at their default are left out, so that older readers
   * understand it.
   */
  static Map<String, Object> write(
      LoraConfig config, LoraAdapter adapter, String base, Architecture architecture) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("peft_type", "LORA");
    json.put("task_type", PeftKeys.taskType(architecture));
    json.put("inference_mode", true);
    json.put("base_model_name_or_path", base);
    json.put("r", config.r());
    json.put("lora_alpha", whole(config.loraAlpha()));
    json.put("lora_dropout", config.loraDropout());
    json.put("bias", config.bias().name().toLowerCase(java.util.Locale.ROOT));
    json.put("target_modules", targets(config, adapter));
    if (config.excludeModules() != null) {
      json.put("exclude_modules", config.excludeModules().written());
    }
    if (config.useRslora()) {
      json.put("use_rslora", true);
    }
    if (!adapter.saved().isEmpty()) {
      json.put("modules_to_save", adapter.saved());
      if (architecture.tied()) {
        json.put("ensure_weight_tying", true);
      }
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
    if (config.initLoraWeights() == LoraConfig.Init.GAUSSIAN) {
      json.put("init_lora_weights", "gaussian");
    }
    return json;
  }

  /** Names or a regular expression as they were given; otherwise the names of what is adapted. */
  private static Object targets(LoraConfig config, LoraAdapter adapter) {
    if (config.targetModules() != null
        && !(config.targetModules() instanceof TargetModules.AllLinear)) {
      return config.targetModules().written();
    }
    return adapter.modules().stream()
        .map(m -> m.substring(m.lastIndexOf('.') + 1))
        .distinct()
        .sorted()
        .toList();
  }

  private static Object whole(double alpha) {
    return alpha == Math.rint(alpha) ? (Object) (long) alpha : (Object) alpha;
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
