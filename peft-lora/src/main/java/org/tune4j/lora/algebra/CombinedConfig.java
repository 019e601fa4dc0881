package org.tune4j.lora.algebra;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.report.ModelCard;
import org.tune4j.engine.train.Versions;
import org.tune4j.lora.LoraConfig;

/**
 * The {@code adapter_config.json} of a combined adapter, and its card. Its scaling is 1 everywhere,
 * so it has no {@code use_rslora}: PEFT leaves it as the first adapter has it, and scales what it
 * combined once more.
 */
final class CombinedConfig {
  /** What says nothing about the numbers, and is the first adapter's. */
  private static final List<String> KEPT =
      List.of("base_model_name_or_path", "fan_in_fan_out", "lora_dropout", "revision", "task_type");

  private CombinedConfig() {}

  /**
   * Its keys.
   *
   * @param ranks by module
   */
  static Map<String, Object> of(Combination combination, Map<String, Integer> ranks) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("peft_type", "LORA");
    json.put("inference_mode", true);
    json.put("bias", "none");
    for (String key : KEPT) {
      JsonNode value = combination.parts().get(0).adapter().json().path(key);
      if (value.isValueNode() && !value.isNull()) {
        json.put(key, value);
      }
    }
    int rank = ranks.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    json.put("r", rank);
    json.put("lora_alpha", rank);
    json.put("target_modules", targets(combination, ranks.keySet()));
    Map<String, Integer> lower = lower(ranks, rank);
    json.put("rank_pattern", lower);
    json.put("alpha_pattern", lower);
    combination.parts().stream()
        .map(Combination.Part::adapter)
        .filter(adapter -> !adapter.copies().isEmpty())
        .forEach(
            owner -> {
              json.put("modules_to_save", owner.config().modulesToSave());
              if (owner.json().path("ensure_weight_tying").asBoolean()) {
                json.put("ensure_weight_tying", true);
              }
            });
    return json;
  }

  /** The card beside it, which says what it was made of. */
  static byte[] card(Map<String, Object> json, Combination combination, CombinationConfig how) {
    ModelCard card = new ModelCard("LoRA adapter").with("library_name", "peft");
    List<String> tags = new ArrayList<>(List.of("lora", "transformers", "tune4j"));
    if (json.get("base_model_name_or_path") instanceof JsonNode base) {
      ModelCard.hubName(base.asText())
          .ifPresent(
              name -> {
                card.with("base_model", name);
                tags.add(0, "base_model:adapter:" + name);
              });
    }
    Map<String, Object> made = new LinkedHashMap<>();
    made.put("combination_type", how.combinationType().lowerName());
    how.density().ifPresent(value -> made.put("density", value));
    how.majoritySignMethod()
        .ifPresent(sign -> made.put("majority_sign_method", sign.name().toLowerCase(Locale.ROOT)));
    how.svdEnergy().ifPresent(value -> made.put("svd_energy", value));
    how.svdClamp().ifPresent(value -> made.put("svd_clamp", value));
    made.put("r", json.get("r"));
    Map<String, Object> parts = new LinkedHashMap<>();
    combination
        .parts()
        .forEach(part -> parts.put(part.adapter().folder().toString(), part.weight()));
    return card.with("tags", tags)
        .section("Combination", made)
        .section("Adapters and their weights", parts)
        .section("Versions", Map.of("tune4j", Versions.current().get("tune4j")))
        .bytes();
  }

  /** Longer paths stand first: PEFT takes the first pattern that a path ends in. */
  private static Map<String, Integer> lower(Map<String, Integer> ranks, int highest) {
    Map<String, Integer> lower = new LinkedHashMap<>();
    ranks.entrySet().stream()
        .filter(entry -> entry.getValue() < highest)
        .sorted(
            Comparator.comparing((Map.Entry<String, Integer> entry) -> -entry.getKey().length())
                .thenComparing(Map.Entry::getKey))
        .forEach(entry -> lower.put(entry.getKey(), entry.getValue()));
    return lower;
  }

  /** All names that the adapters have, where these say it all; else the paths of all sites. */
  private static Collection<String> targets(Combination combination, Collection<String> modules) {
    TreeSet<String> names = new TreeSet<>();
    for (Combination.Part part : combination.parts()) {
      LoraConfig config = part.adapter().config();
      if (!(config.targetModules() instanceof TargetModules.Names targets)
          || config.excludeModules() != null
          || !config.layersToTransform().isEmpty()) {
        return new TreeSet<>(modules);
      }
      names.addAll(targets.names());
    }
    return names;
  }
}
