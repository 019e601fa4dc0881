package org.tune4j.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
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
  private static final ObjectMapper JSON = new ObjectMapper();

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
    for (Setting setting : settings()) {
      String name = setting.name();
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
  private static List<Setting> settings() {
    return SftSettings.METHOD.stream()
        .filter(each -> Set.of(SftSettings.LORA, PeftSettings.PEFT).contains(each.group()))
        .toList();
  }

  private static ObjectNode json(Settings settings, String type) {
    ObjectNode json = JSON.createObjectNode();
    json.put("peft_type", type.toUpperCase(Locale.ROOT));
    settings().forEach(setting -> put(settings, setting, json));
    return json;
  }

  /** Adds a value where there is one, as the kind that its setting is shown with. */
  private static void put(Settings settings, Setting setting, ObjectNode json) {
    String name = setting.name();
    if (setting.isFlag() || setting.value().equals("true|false")) {
      settings.flag(name, value -> json.put(name, value));
      return;
    }
    switch (setting.value()) {
      case "N" -> settings.integer(name, value -> json.put(name, value));
      case "X", "P" -> settings.number(name, value -> json.put(name, value));
      case "N,M,…", "0,1,…" ->
          settings.integers(name, values -> json.set(name, JSON.valueToTree(values)));
      case "a=N,b=N", "a=X,b=X" ->
          settings.map(name, values -> json.set(name, JSON.valueToTree(values)));
      case "a,b" -> settings.list(name, names -> json.set(name, JSON.valueToTree(names)));
      case "a,b|REGEX", "a,b|all-linear|REGEX" ->
          SftJob.modules(settings, name)
              .ifPresent(modules -> json.set(name, JSON.valueToTree(modules.written())));
      default -> settings.text(name, value -> json.set(name, word(value)));
    }
  }

  private static JsonNode word(String text) {
    return Set.of("true", "false").contains(text)
        ? BooleanNode.valueOf(text.equals("true"))
        : TextNode.valueOf(text);
  }

  /** Every setting of a method with its value, in the groups of a configuration file. */
  static Map<String, Map<String, Object>> resolved(WeightMethod method) {
    Map<String, Object> shared = new LinkedHashMap<>();
    Map<String, Object> own = new LinkedHashMap<>();
    resolve((Record) method, shared, own);
    String type = method.peftType().toLowerCase(Locale.ROOT);
    Map<String, Map<String, Object>> groups = new LinkedHashMap<>();
    groups.put("prompt", Map.of("peft_type", type));
    groups.put(SftSettings.LORA, shared);
    groups.put(PeftSettings.PEFT, own);
    return groups;
  }

  private static void resolve(Record part, Map<String, Object> shared, Map<String, Object> own) {
    for (RecordComponent component : part.getClass().getRecordComponents()) {
      Object value = value(part, component);
      if (value instanceof Record inner) {
        resolve(inner, shared, own);
        continue;
      }
      String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      for (Setting setting : SftSettings.METHOD) {
        if (setting.name().equals(name) || setting.name().equals(component.getName())) {
          (setting.group().equals(PeftSettings.PEFT) ? own : shared).put(setting.name(), value);
        }
      }
    }
  }

  private static Object value(Record part, RecordComponent component) {
    try {
      Object value = component.getAccessor().invoke(part);
      if (value instanceof TargetModules modules) {
        return modules.written();
      }
      return value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : value;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " of " + part, e);
    }
  }
}
