package org.tune4j.lora;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;

/**
 * What names of the layers of single experts mean where all experts of a block are one matrix: that
 * matrix, with twice the rank for gate and up together, and the router's. As PEFT 0.21 has it with
 * transformers 5 ({@code peft.utils.transformers_weight_conversion}), for the families that it does
 * this for. There these names mean the experts wherever they stand: layers of the same names
 * elsewhere, DeepSeek's shared experts and dense blocks, are left out.
 */
final class ExpertTargets {
  static final String GATE_UP = "gate_up_proj";
  static final String DOWN = "down_proj";
  static final String ROUTER = "gate.weight";

  private static final Map<String, String> MIXTRAL =
      Map.of("gate", ROUTER, "w1", GATE_UP, "w3", GATE_UP, "w2", DOWN);
  private static final Map<String, String> DEEPSEEK =
      Map.of("gate", ROUTER, "gate_proj", GATE_UP, "up_proj", GATE_UP, DOWN, DOWN);
  private static final Map<String, Map<String, String>> FAMILIES =
      Map.of("mixtral", MIXTRAL, "deepseek_v2", DEEPSEEK, "deepseek_v3", DEEPSEEK);

  private ExpertTargets() {}

  /**
   * The configuration with {@code target_parameters} for such names. A regular expression means the
   * layers that there are.
   *
   * @throws ConfigException if gate is named without up, or up without gate
   */
  static LoraConfig resolve(LoraConfig config, Architecture architecture) {
    Map<String, String> parameters = FAMILIES.getOrDefault(architecture.modelType(), Map.of());
    List<String> names = names(config, architecture, parameters);
    List<String> ofExperts =
        names.stream().filter(name -> parameters.containsKey(last(name))).toList();
    if (ofExperts.isEmpty()) {
      return config;
    }
    Set<String> targeted = new LinkedHashSet<>(config.targetParameters());
    ofExperts.forEach(name -> targeted.add(parameters.get(last(name))));
    List<String> halves =
        ofExperts.stream()
            .map(ExpertTargets::last)
            .filter(name -> parameters.get(name).equals(GATE_UP))
            .distinct()
            .toList();
    if (halves.size() == 1) {
      throw new ConfigException(
          "target_modules: %s without its other half: both are one matrix of all experts, name both"
              .formatted(halves.get(0)));
    }
    LoraConfig.Builder resolved =
        config.toBuilder()
            .targetModules(
                new TargetModules.Names(
                    names.stream().filter(name -> !parameters.containsKey(last(name))).toList()))
            .targetParameters(targeted.toArray(String[]::new));
    if (!halves.isEmpty()) {
      Map<String, Integer> ranks = new LinkedHashMap<>(config.rankPattern());
      Map<String, Double> alphas = new LinkedHashMap<>(config.alphaPattern());
      ranks.put(".*\\." + GATE_UP, 2 * config.r());
      alphas.put(".*\\." + GATE_UP, 2 * config.loraAlpha());
      resolved.rankPattern(ranks).alphaPattern(alphas);
    }
    return resolved.build();
  }

  private static List<String> names(
      LoraConfig config, Architecture architecture, Map<String, String> parameters) {
    if (config.targetModules() instanceof TargetModules.Names names) {
      return names.names();
    }
    boolean unsaid =
        config.targetModules() == null
            && config.targetParameters().isEmpty()
            && !LoraSites.hasDefault(architecture);
    if (unsaid || config.targetModules() instanceof TargetModules.AllLinear) {
      Set<String> all = new LinkedHashSet<>();
      architecture.linearLayers().forEach(layer -> all.add(last(layer.module())));
      all.addAll(parameters.keySet().stream().sorted().toList());
      return List.copyOf(all);
    }
    return List.of();
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
