package org.tune4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.ExpertFeedForward;
import org.tune4j.engine.model.TensorSlot;

/** Which modules of a model a configuration means, and with which rank and scaling. */
final class LoraSites extends ModuleSites {
  private static final List<String> QUERY_VALUE = List.of("q_proj", "v_proj");

  /** PEFT's, for the families that it has some for; all linear layers of the others. */
  private static final Map<String, List<String>> DEFAULT_TARGETS =
      Map.ofEntries(
          Map.entry("bert", List.of("query", "value")),
          Map.entry("gemma2", QUERY_VALUE),
          Map.entry("gpt2", List.of("c_attn")),
          Map.entry("gpt_neox", List.of("query_key_value")),
          Map.entry("llama", QUERY_VALUE),
          Map.entry("mistral", QUERY_VALUE),
          Map.entry("mixtral", QUERY_VALUE),
          Map.entry("qwen2", QUERY_VALUE),
          Map.entry("qwen3", QUERY_VALUE),
          Map.entry("roberta", List.of("query", "value")),
          Map.entry("xlm-roberta", List.of("query", "value")));

  private final LoraConfig config;
  private final List<String> adaptedParameters = new ArrayList<>();

  LoraSites(LoraConfig config, Architecture architecture) {
    super(choice(config, architecture), architecture, existing(config, architecture));
    this.config = config;
    parameters(architecture).filter(this::isTargetParameter).forEach(adaptedParameters::add);
    for (String name : config.targetParameters()) {
      if (adaptedParameters.stream().noneMatch(path -> isNamed(path, name))) {
        throw TargetModules.nothingMatches(
            "target_parameters", name, parameters(architecture).toList());
      }
    }
    if (adaptedParameters.isEmpty()) {
      requireAny(existing(config, architecture));
    }
  }

  private static Choice choice(LoraConfig config, Architecture architecture) {
    return new Choice(
        targets(config, architecture),
        config.excludeModules(),
        config.modulesToSave(),
        config.layersToTransform());
  }

  private static TargetModules targets(LoraConfig config, Architecture architecture) {
    if (config.targetModules() != null) {
      return config.targetModules();
    }
    return config.targetParameters().isEmpty()
        ? defaultTargets(architecture)
        : new TargetModules.Names(List.of());
  }

  /** PEFT's target modules for the family; all linear layers of one that it has none for. */
  static TargetModules defaultTargets(Architecture architecture) {
    return Optional.ofNullable(DEFAULT_TARGETS.get(architecture.modelType()))
        .<TargetModules>map(TargetModules.Names::new)
        .orElseGet(TargetModules.AllLinear::new);
  }

  /** The modules that LoRA can adapt. */
  private static List<String> existing(LoraConfig config, Architecture architecture) {
    TargetModules targets = targets(config, architecture);
    List<String> existing = linear(targets, architecture);
    if (!(targets instanceof TargetModules.AllLinear)) {
      existing.add(architecture.embedding().module());
    }
    return existing;
  }

  /** Whether PEFT has target modules for the family. */
  static boolean hasDefault(Architecture architecture) {
    return DEFAULT_TARGETS.containsKey(architecture.modelType());
  }

  /**
   * Parameters that are no layers of their own: a block's router and the matrices of its experts.
   */
  private static Stream<String> parameters(Architecture architecture) {
    return architecture.blocks().stream()
        .flatMap(block -> experts(block).stream())
        .flatMap(part -> Stream.of(part.router(), part.in(), part.out()))
        .map(TensorSlot::name);
  }

  static Optional<ExpertFeedForward> experts(BlockSpec block) {
    return block.feedForward() instanceof ExpertFeedForward part
        ? Optional.of(part)
        : Optional.empty();
  }

  private boolean isTargetParameter(String path) {
    return config.targetParameters().stream().anyMatch(name -> isNamed(path, name))
        && isTransformed(path);
  }

  private static boolean isNamed(String path, String name) {
    return path.equals(name) || path.endsWith("." + name);
  }

  boolean isAdaptedParameter(String path) {
    return adaptedParameters.contains(path);
  }

  int rank(String module) {
    return config.rank(module);
  }

  double scaling(String module) {
    return config.scaling(module);
  }
}
