package org.tune4j.examples.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.lora.WeightMethod;
import org.tune4j.lora.WeightMethods;

/** The settings of methods besides LoRA that change what layers compute: PEFT's keys. */
final class WeightSettings {
  /** The group of settings that LoRA does not have. */
  static final String PEFT = "peft";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> MODULES =
      List.of("target_modules", "exclude_modules", "feedforward_modules");
  private static final List<String> NUMBERS = List.of("vera_dropout", "d_initial");
  private static final List<String> WHOLE = List.of("r", "projection_prng_key");
  private static final List<String> WHOLE_LISTS = List.of("layers_to_transform", "token_indices");

  private WeightSettings() {}

  /** What {@code peft_type} can be, in small letters. */
  static Set<String> types() {
    return WeightMethods.peftTypes().stream()
        .map(type -> type.toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The method; empty for LoRA, and for one that learns virtual tokens.
   *
   * @throws ConfigException if a setting is of another method
   */
  static Optional<WeightMethod> of(Settings settings) {
    String type = settings.text("peft_type").orElse("lora").toLowerCase(Locale.ROOT);
    if (!types().contains(type)) {
      return Optional.empty();
    }
    Set<String> keys = WeightMethods.keys(type.toUpperCase(Locale.ROOT));
    for (String name : names()) {
      boolean isLoraPlus = type.equals("lora") && name.equals("loraplus_lr_ratio");
      if (settings.has(name) && !keys.contains(name) && !isLoraPlus) {
        throw new ConfigException(
            "%s does not go with peft_type %s; take one of them out".formatted(name, type));
      }
    }
    if (type.equals("lora")) {
      return Optional.empty();
    }
    try {
      return Optional.of(WeightMethods.read("peft_type " + type, json(settings, type)));
    } catch (ModelFormatException e) {
      throw new ConfigException(e.getMessage(), e);
    }
  }

  /** The settings of all these methods. */
  private static List<String> names() {
    return SftSettings.METHOD.stream()
        .filter(setting -> Set.of(SftSettings.LORA, PEFT).contains(setting.group()))
        .map(Setting::name)
        .toList();
  }

  private static ObjectNode json(Settings settings, String type) {
    ObjectNode json = JSON.createObjectNode();
    json.put("peft_type", type.toUpperCase(Locale.ROOT));
    for (String name : MODULES) {
      SftJob.modules(settings, name)
          .ifPresent(modules -> json.set(name, JSON.valueToTree(modules.written())));
    }
    settings.list("modules_to_save", names -> json.set("modules_to_save", JSON.valueToTree(names)));
    for (String name : WHOLE_LISTS) {
      settings.integers(name, values -> json.set(name, JSON.valueToTree(values)));
    }
    for (String name : WHOLE) {
      settings.integer(name, value -> json.put(name, value));
    }
    for (String name : NUMBERS) {
      settings.number(name, value -> json.put(name, value));
    }
    settings.flag("save_projection", value -> json.put("save_projection", value));
    settings.text("bias", value -> json.put("bias", value));
    return json;
  }

  /** Every setting of a method with its value, in the groups of a configuration file. */
  static Map<String, Map<String, Object>> resolved(WeightMethod method) {
    Map<String, Object> shared = new LinkedHashMap<>();
    Map<String, Object> own = new LinkedHashMap<>();
    for (RecordComponent component : method.getClass().getRecordComponents()) {
      String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      for (Setting setting : SftSettings.METHOD) {
        if (setting.name().equals(name)) {
          (setting.group().equals(PEFT) ? own : shared).put(name, value(method, component));
        }
      }
    }
    String type = method.peftType().toLowerCase(Locale.ROOT);
    Map<String, Map<String, Object>> groups = new LinkedHashMap<>();
    groups.put("prompt", Map.of("peft_type", type));
    groups.put(SftSettings.LORA, shared);
    groups.put(PEFT, own);
    return groups;
  }

  private static Object value(WeightMethod method, RecordComponent component) {
    try {
      Object value = component.getAccessor().invoke(method);
      if (value instanceof TargetModules modules) {
        return modules.written();
      }
      return value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : value;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " of " + method, e);
    }
  }
}
