package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.prefix.MultitaskPromptTuningConfig;
import org.tune4j.prefix.PrefixTuningConfig;
import org.tune4j.prefix.PromptEncoderConfig;
import org.tune4j.prefix.PromptEncoderConfig.Reparameterization;
import org.tune4j.prefix.PromptLearningConfig;
import org.tune4j.prefix.PromptTuningConfig;

/** The settings of methods that learn virtual tokens: PEFT's keys. */
final class PromptSettings {
  private static final String ENCODER = "encoder_reparameterization_type";
  private static final String HIDDEN = "encoder_hidden_size";
  private static final String SAVED = "modules_to_save";
  private static final String INIT = "prompt_tuning_init";
  private static final String INIT_FILE = "prompt_tuning_init_state_dict_path";
  private static final String INIT_TASK = "prompt_tuning_init_task";

  /** Settings of each method besides those that all have. */
  private static final Map<String, Set<String>> OWN =
      Map.of(
          "prefix_tuning", Set.of("prefix_projection", HIDDEN),
          "prompt_tuning", Set.of(),
          "p_tuning", Set.of(ENCODER, HIDDEN),
          "multitask_prompt_tuning", Set.of("num_tasks", "num_ranks", INIT, INIT_FILE, INIT_TASK));

  private static final Set<String> COMMON = Set.of("peft_type", "num_virtual_tokens", SAVED);

  private final Settings settings;
  private int tokens = 20;
  private int hidden;
  private List<String> saved = List.of();

  private PromptSettings(Settings settings) {
    this.settings = settings;
    settings.integer("num_virtual_tokens", value -> tokens = value);
    settings.integer(HIDDEN, value -> hidden = value);
    settings.list(SAVED, names -> saved = names);
  }

  /** The method; empty for one that learns no virtual tokens. */
  static Optional<PromptLearningConfig> of(Settings settings) {
    String method = settings.text("peft_type").orElse("lora").toLowerCase(Locale.ROOT);
    boolean learns = OWN.containsKey(method);
    if (!learns && !WeightSettings.types().contains(method)) {
      throw new ConfigException(
          "peft_type: wanted prefix_tuning, prompt_tuning, p_tuning, multitask_prompt_tuning or one of %s, found %s"
              .formatted(WeightSettings.types(), method));
    }
    for (Setting setting : SftSettings.METHOD) {
      String name = setting.name();
      boolean isPrompt = setting.group().equals(SftSettings.PROMPT);
      boolean isMethod =
          isPrompt || List.of(SftSettings.LORA, PeftSettings.PEFT).contains(setting.group());
      boolean goes = learns ? OWN.get(method).contains(name) || COMMON.contains(name) : !isPrompt;
      if (isMethod && !goes && !name.equals("peft_type") && settings.has(name)) {
        throw doesNotGo(name, method);
      }
    }
    return learns ? Optional.of(new PromptSettings(settings).config(method)) : Optional.empty();
  }

  private PromptLearningConfig config(String method) {
    return switch (method) {
      case "prefix_tuning" -> prefix(method);
      case "prompt_tuning" ->
          new PromptTuningConfig(tokens, PromptTuningConfig.Init.RANDOM, List.of(), saved);
      case "p_tuning" -> encoder();
      default -> tasks();
    };
  }

  private PromptLearningConfig prefix(String method) {
    boolean projection = settings.flag("prefix_projection");
    if (!projection && settings.has(HIDDEN)) {
      throw doesNotGo(HIDDEN, method + " without prefix_projection");
    }
    return new PrefixTuningConfig(tokens, projection, hidden, false, saved);
  }

  private PromptLearningConfig encoder() {
    Reparameterization[] kind = {Reparameterization.MLP};
    settings.choice(ENCODER, Reparameterization.class, value -> kind[0] = value);
    return new PromptEncoderConfig(tokens, kind[0], hidden, saved);
  }

  private PromptLearningConfig tasks() {
    int[] sizes = {1, 1, 0};
    MultitaskPromptTuningConfig.Init[] init = {MultitaskPromptTuningConfig.Init.RANDOM};
    settings.integer("num_tasks", value -> sizes[0] = value);
    settings.integer("num_ranks", value -> sizes[1] = value);
    settings.integer(INIT_TASK, value -> sizes[2] = value);
    settings.choice(INIT, MultitaskPromptTuningConfig.Init.class, value -> init[0] = value);
    return new MultitaskPromptTuningConfig(
        tokens, sizes[0], sizes[1], init[0], settings.path(INIT_FILE), sizes[2], saved);
  }

  private static ConfigException doesNotGo(String name, String method) {
    return new ConfigException(
        "%s does not go with peft_type %s; take one of them out".formatted(name, method));
  }

  /** Every setting of a method with its value, by groups, as a configuration file has it. */
  static Map<String, Map<String, Object>> resolved(PromptLearningConfig config) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("peft_type", config.peftType().toLowerCase(Locale.ROOT));
    values.put("num_virtual_tokens", config.numVirtualTokens());
    int hidden = 0;
    if (config instanceof PrefixTuningConfig prefix && prefix.prefixProjection()) {
      values.put("prefix_projection", true);
      hidden = prefix.encoderHiddenSize();
    } else if (config instanceof PromptEncoderConfig encoder) {
      values.put(ENCODER, lower(encoder.reparameterization()));
      hidden = encoder.encoderHiddenSize();
    } else if (config instanceof MultitaskPromptTuningConfig tasks) {
      values.put("num_tasks", tasks.numTasks());
      values.put("num_ranks", tasks.numRanks());
      values.put(INIT, lower(tasks.init()));
      tasks.initStateDictPath().ifPresent(path -> values.put(INIT_FILE, path.toString()));
      values.put(INIT_TASK, tasks.initTask());
    }
    if (hidden > 0) {
      values.put(HIDDEN, hidden);
    }
    Map<String, Map<String, Object>> groups = new LinkedHashMap<>();
    groups.put("prompt", values);
    if (!config.modulesToSave().isEmpty()) {
      groups.put(SftSettings.LORA, Map.of(SAVED, new ArrayList<>(config.modulesToSave())));
    }
    return groups;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
