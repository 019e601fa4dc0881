package org.tune4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearLayer;

/** Which modules of a model a configuration means, and with which rank and scaling. */
final class LoraSites {
  private static final Pattern LAYER_NUMBER = Pattern.compile(".*\\.[^.]*\\.(\\d+)\\..*");
  private static final List<String> QUERY_VALUE = List.of("q_proj", "v_proj");

  /** PEFT's, for the families that it has some for; all linear layers of the others. */
  private static final Map<String, List<String>> DEFAULT_TARGETS =
      Map.ofEntries(
          Map.entry("gemma2", QUERY_VALUE),
          Map.entry("gpt2", List.of("c_attn")),
          Map.entry("gpt_neox", List.of("query_key_value")),
          Map.entry("llama", QUERY_VALUE),
          Map.entry("mistral", QUERY_VALUE),
          Map.entry("mixtral", QUERY_VALUE),
          Map.entry("qwen2", QUERY_VALUE),
          Map.entry("qwen3", QUERY_VALUE));

  private final LoraConfig config;
  private final TargetModules targets;
  private final List<String> adapted = new ArrayList<>();

  LoraSites(LoraConfig config, Architecture architecture) {
    this.config = config;
    this.targets =
        config.targetModules() != null
            ? config.targetModules()
            : Optional.ofNullable(DEFAULT_TARGETS.get(architecture.modelType()))
                .<TargetModules>map(TargetModules.Names::new)
                .orElseGet(TargetModules.AllLinear::new);
    int blocks = architecture.blocks().size();
    for (int block : config.layersToTransform()) {
      if (block < 0 || block >= blocks) {
        throw new ConfigException(
            "layers_to_transform: wanted 0 to " + (blocks - 1) + ", found " + block);
      }
    }
    List<String> existing =
        new ArrayList<>(architecture.linearLayers().stream().map(LinearLayer::module).toList());
    if (!(targets instanceof TargetModules.AllLinear)) {
      existing.add(architecture.embedding().module());
      existing.add(architecture.head().out().module());
    }
    existing.stream().filter(this::isTarget).forEach(adapted::add);
    if (adapted.isEmpty()) {
      throw TargetModules.nothingMatches("target_modules", targets.written(), existing);
    }
    for (String name : config.modulesToSave()) {
      if (modules(architecture).stream().noneMatch(module -> module.endsWith(name))) {
        throw TargetModules.nothingMatches("modules_to_save", name, modules(architecture));
      }
    }
  }

  /** Every module of the model that has a weight. */
  static List<String> modules(Architecture architecture) {
    List<String> modules = new ArrayList<>();
    modules.add(architecture.embedding().module());
    architecture
        .blocks()
        .forEach(block -> block.norms().forEach(norm -> modules.add(norm.module())));
    architecture.linearLayers().forEach(layer -> modules.add(layer.module()));
    architecture.finalNorm().ifPresent(norm -> modules.add(norm.module()));
    modules.add(architecture.head().out().module());
    return modules;
  }

  private boolean isTarget(String module) {
    if (config.excludeModules() != null && config.excludeModules().matches(module)) {
      return false;
    }
    if (isSaved(module) || !targets.matches(module)) {
      return false;
    }
    if (config.layersToTransform().isEmpty()) {
      return true;
    }
    Matcher matcher = LAYER_NUMBER.matcher(module);
    return matcher.matches()
        && config.layersToTransform().contains(Integer.valueOf(matcher.group(1)));
  }

  boolean isAdapted(String module) {
    return adapted.contains(module);
  }

  /** The adapted modules, in the order of use. */
  List<String> adapted() {
    return List.copyOf(adapted);
  }

  boolean isSaved(String module) {
    return config.modulesToSave().stream().anyMatch(module::endsWith);
  }

  int rank(String module) {
    return config.rankPattern().entrySet().stream()
        .filter(e -> matches(e.getKey(), module))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(config.r());
  }

  double scaling(String module) {
    double alpha =
        config.alphaPattern().entrySet().stream()
            .filter(e -> matches(e.getKey(), module))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(config.loraAlpha());
    int rank = rank(module);
    return config.useRslora() ? alpha / Math.sqrt(rank) : alpha / rank;
  }

  private static boolean matches(String pattern, String module) {
    return LoraConfig.suffix(pattern).matches(module);
  }
}
