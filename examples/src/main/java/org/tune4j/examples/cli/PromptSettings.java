package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.prefix.PrefixTuningConfig;
import org.tune4j.prefix.PromptEncoderConfig;
import org.tune4j.prefix.PromptLearningConfig;
import org.tune4j.prefix.PromptTuningConfig;

/** The settings of methods that learn virtual tokens. */
final class PromptSettings {
  private static final int TOKENS = 20;
  private static final List<String> LORA =
      SftSettings.METHOD.stream()
          .filter(
              setting -> List.of(SftSettings.LORA, WeightSettings.PEFT).contains(setting.group()))
          .map(Setting::name)
          .toList();

  private PromptSettings() {}

  /** The method; empty for one that learns no virtual tokens. */
  static Optional<PromptLearningConfig> of(Settings settings) {
    int[] value = {TOKENS, 0};
    settings.integer("num_virtual_tokens", tokens -> value[0] = tokens);
    settings.integer("encoder_hidden_size", size -> value[1] = size);
    boolean projection = settings.flag("prefix_projection");
    String method = settings.text("peft_type").orElse("lora").toLowerCase(Locale.ROOT);
    PromptLearningConfig config =
        WeightSettings.types().contains(method) ? null : config(method, value, projection);
    if (config == null) {
      refuse(settings, method, "num_virtual_tokens", "prefix_projection", "encoder_hidden_size");
    } else {
      refuse(settings, method, LORA.toArray(String[]::new));
    }
    if (!(config instanceof PrefixTuningConfig)) {
      refuse(settings, method, "prefix_projection");
    }
    boolean layers = projection || config instanceof PromptEncoderConfig;
    if (!layers) {
      refuse(settings, method, "encoder_hidden_size");
    }
    return Optional.ofNullable(config);
  }

  private static PromptLearningConfig config(String method, int[] value, boolean projection) {
    return switch (method) {
      case "prefix_tuning" -> new PrefixTuningConfig(value[0], projection, value[1], false);
      case "prompt_tuning" -> new PromptTuningConfig(value[0]);
      case "p_tuning" -> new PromptEncoderConfig(value[0], value[1]);
      default ->
          throw new ConfigException(
              "peft_type: wanted prefix_tuning, prompt_tuning, p_tuning or one of %s, found %s"
                  .formatted(WeightSettings.types(), method));
    };
  }

  private static void refuse(Settings settings, String method, String... names) {
    for (String name : names) {
      if (settings.has(name)) {
        throw new ConfigException(
            "%s does not go with peft_type %s; take one of them out".formatted(name, method));
      }
    }
  }

  /** Every setting of a method with its value, as a configuration file has it. */
  static Map<String, Object> resolved(PromptLearningConfig config) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("peft_type", config.peftType().toLowerCase(Locale.ROOT));
    values.put("num_virtual_tokens", config.numVirtualTokens());
    int hidden = 0;
    if (config instanceof PrefixTuningConfig prefix && prefix.prefixProjection()) {
      values.put("prefix_projection", true);
      hidden = prefix.encoderHiddenSize();
    } else if (config instanceof PromptEncoderConfig encoder) {
      hidden = encoder.encoderHiddenSize();
    }
    if (hidden > 0) {
      values.put("encoder_hidden_size", hidden);
    }
    return values;
  }
}
