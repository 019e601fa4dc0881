package org.tune4j.lora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.PeftKeys;

/** The PEFT methods that change what layers compute. */
public final class WeightMethods {
  private static final String LAYERS_PATTERN = "layers_pattern";

  /** Keys of all methods that say nothing about the numbers. */
  private static final Set<String> NEUTRAL =
      Set.of(
          LAYERS_PATTERN,
          "auto_mapping",
          "base_model_name_or_path",
          "fan_in_fan_out",
          "inference_mode",
          "peft_type",
          "peft_version",
          "revision",
          "runtime_config",
          "task_type");

  /** What lists of blocks are called: {@code layers_pattern} may name the model's, and no part. */
  private static final Set<String> BLOCKS = Set.of("h", "layer", "layers");

  private static final List<Entry> ALL =
      List.of(
          new Entry("LORA", LoraConfigJson.KEYS, LoraConfigJson::read),
          new Entry("IA3", Ia3Config.KEYS, Ia3Config::read),
          new Entry("VERA", VeraConfig.KEYS, VeraConfig::read),
          new Entry("ADALORA", AdaloraConfig.KEYS, AdaloraConfig::read),
          new Entry("LOHA", LohaConfig.KEYS, LohaConfig::read),
          new Entry("LOKR", LokrConfig.KEYS, LokrConfig::read),
          new Entry("OFT", OftConfig.KEYS, OftConfig::read),
          new Entry("HRA", HraConfig.KEYS, HraConfig::read),
          new Entry("MISS", MissConfig.KEYS, MissConfig::read),
          new Entry("LN_TUNING", LnTuningConfig.KEYS, LnTuningConfig::read),
          new Entry("TRAINABLE_TOKENS", TrainableTokensConfig.KEYS, TrainableTokensConfig::read));

  /**
   * A method.
   *
   * @param keys those of {@code adapter_config.json} that it has besides those of all
   * @param read makes it of their values
   */
  private record Entry(
      String peftType, Set<String> keys, Function<AdapterJson, WeightMethod> read) {}

  private WeightMethods() {}

  /** The {@code peft_type} of each. */
  public static Set<String> peftTypes() {
    return ALL.stream().map(Entry::peftType).collect(Collectors.toUnmodifiableSet());
  }

  /** The keys that a method has besides those that all have. */
  public static Set<String> keys(String peftType) {
    return entry(peftType).keys;
  }

  private static Entry entry(String peftType) {
    return ALL.stream()
        .filter(entry -> entry.peftType.equals(peftType))
        .findFirst()
        .orElseThrow(() -> new ConfigException("peft_type: there is no " + peftType));
  }

  /**
   * Reads the content of an {@code adapter_config.json}. A key that is not handled passes while it
   * is null, false or empty; any other value is refused by name, for it might change the numbers.
   *
   * @param file where it stands, for errors
   * @throws ModelFormatException naming the first field that is unknown, of a wrong kind, or has a
   *     value that the method cannot have
   */
  public static WeightMethod read(Object file, ObjectNode content) {
    AdapterJson json = new AdapterJson(file, content);
    String type = json.text("peft_type", "");
    if (!peftTypes().contains(type)) {
      throw json.wrong(
          "peft_type",
          "one of " + ALL.stream().map(Entry::peftType).toList(),
          content.path("peft_type"));
    }
    Entry entry = entry(type);
    requireBlocks(json);
    PeftKeys.refuseActive(file, content, entry.keys, NEUTRAL);
    try {
      return entry.read.apply(json);
    } catch (ConfigException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Which list {@code layers_to_transform} counts in. The models here have one, so one of its names
   * says nothing new, and PEFT has adapted nothing by another.
   */
  private static void requireBlocks(AdapterJson json) {
    List<String> patterns =
        json.json().path(LAYERS_PATTERN).isTextual()
            ? List.of(json.text(LAYERS_PATTERN))
            : json.names(LAYERS_PATTERN);
    if (!BLOCKS.containsAll(patterns)) {
      throw json.wrong(LAYERS_PATTERN, "some of " + BLOCKS, json.json().get(LAYERS_PATTERN));
    }
    if (!patterns.isEmpty() && !json.has("layers_to_transform")) {
      throw json.wrong(
          "layers_to_transform", "blocks, as " + LAYERS_PATTERN + " is given", json.json());
    }
  }
}
