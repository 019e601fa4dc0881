package org.tune4j.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;

/**
 * Which linear layers a method adapts, and which modules are trained whole: PEFT's keys that the
 * methods share.
 *
 * @param targetModules where; null for the model family's, as LoRA has them
 * @param excludeModules where not all the same; null for nowhere
 * @param modulesToSave modules that are trained as full copies, by the last steps of their path
 * @param layersToTransform block numbers; empty for all
 */
public record TargetLayers(
    TargetModules targetModules,
    TargetModules excludeModules,
    List<String> modulesToSave,
    List<Integer> layersToTransform) {
  private static final Set<String> KEYS =
      Set.of("target_modules", "exclude_modules", "modules_to_save", "layers_to_transform");

  public TargetLayers {
    modulesToSave = List.copyOf(modulesToSave);
    layersToTransform = List.copyOf(layersToTransform);
  }

  /** These in all blocks; null for the model family's. */
  public TargetLayers(TargetModules targetModules) {
    this(targetModules, null, List.of(), List.of());
  }

  /** Its keys, and those that a method has besides. */
  static Set<String> keysAnd(Set<String> own) {
    return AdapterJson.union(KEYS, own);
  }

  static TargetLayers read(AdapterJson json) {
    return new TargetLayers(
        json.modules("target_modules"),
        json.modules("exclude_modules"),
        json.names("modules_to_save"),
        json.integers("layers_to_transform"));
  }

  /** Its keys, but {@code modules_to_save}, which all methods have, to be added to. */
  Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("target_modules", AdapterJson.written(targetModules, adapter.modules()));
    if (excludeModules != null) {
      keys.put("exclude_modules", excludeModules.written());
    }
    if (!layersToTransform.isEmpty()) {
      keys.put("layers_to_transform", layersToTransform);
    }
    return keys;
  }

  /**
   * The layers of a model.
   *
   * @throws org.tune4j.engine.ConfigException if there are none, or a name means nothing
   */
  ModuleSites in(Architecture architecture) {
    TargetModules targets =
        Optional.ofNullable(targetModules).orElseGet(() -> LoraSites.defaultTargets(architecture));
    List<String> existing = ModuleSites.linear(targets, architecture);
    ModuleSites sites =
        new ModuleSites(
            new ModuleSites.Choice(targets, excludeModules, modulesToSave, layersToTransform),
            architecture,
            existing);
    sites.requireAny(existing);
    return sites;
  }
}
