package org.tune4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ExpertFeedForward;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;

/** Which modules of a model a configuration means, and with which rank and scaling. */
final class LoraSites {
  private static final Pattern LAYER_NUMBER = Pattern.compile(".*\\.[^.]*\\.(\\d+)\\..*");

  /** What PEFT takes for heads of labels. */
  private static final List<String> HEADS = List.of("classifier", "score");

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
  private final TargetModules targets;
  private final List<String> saved;
  private final List<String> adapted = new ArrayList<>();
  private final List<String> adaptedParameters = new ArrayList<>();

  LoraSites(LoraConfig config, Architecture architecture) {
    this.config = config;
    boolean parametersOnly = config.targetModules() == null && !config.targetParameters().isEmpty();
    this.targets =
        config.targetModules() != null || parametersOnly
            ? Optional.ofNullable(config.targetModules()).orElse(new TargetModules.Names(List.of()))
            : Optional.ofNullable(DEFAULT_TARGETS.get(architecture.modelType()))
                .<TargetModules>map(TargetModules.Names::new)
                .orElseGet(TargetModules.AllLinear::new);
    this.saved = saved(config, architecture);
    int blocks = architecture.blocks().size();
    for (int block : config.layersToTransform()) {
      if (block < 0 || block >= blocks) {
        throw new ConfigException(
            "layers_to_transform: wanted 0 to " + (blocks - 1) + ", found " + block);
      }
    }
    List<String> existing =
        new ArrayList<>(architecture.linearLayers().stream().map(LinearLayer::module).toList());
    architecture.head().dense().ifPresent(layer -> existing.add(layer.module()));
    if (!(targets instanceof TargetModules.AllLinear)) {
      existing.add(architecture.embedding().module());
      existing.add(architecture.head().out().module());
    }
    existing.stream().filter(this::isTarget).forEach(adapted::add);
    parameters(architecture).filter(this::isTargetParameter).forEach(adaptedParameters::add);
    for (String name : config.targetParameters()) {
      if (adaptedParameters.stream().noneMatch(path -> isNamed(path, name))) {
        throw TargetModules.nothingMatches(
            "target_parameters", name, parameters(architecture).toList());
      }
    }
    if (adapted.isEmpty() && adaptedParameters.isEmpty()) {
      throw TargetModules.nothingMatches("target_modules", targets.written(), existing);
    }
    // PEFT writes both names of heads, of which a model has one.
    boolean classifies = architecture.head() instanceof ClassificationHead;
    for (String name : config.modulesToSave()) {
      if (!(classifies && HEADS.contains(name))
          && modules(architecture).stream().noneMatch(module -> isSaved(module, name))) {
        throw TargetModules.nothingMatches("modules_to_save", name, modules(architecture));
      }
    }
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

  /** Every module of the model that has a weight. */
  static List<String> modules(Architecture architecture) {
    List<String> modules = new ArrayList<>();
    modules.add(architecture.embedding().module());
    architecture
        .blocks()
        .forEach(block -> block.norms().forEach(norm -> modules.add(norm.module())));
    architecture.linearLayers().forEach(layer -> modules.add(layer.module()));
    architecture.head().dense().ifPresent(layer -> modules.add(layer.module()));
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
    return isTransformed(module);
  }

  private boolean isTransformed(String module) {
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
    return saved.stream().anyMatch(name -> isSaved(module, name));
  }

  /** A module by the end of its path, and all within a module. */
  private static boolean isSaved(String module, String name) {
    return module.endsWith(name) || ("." + module).contains("." + name + ".");
  }

  /** Modules that are trained as full copies: those asked for, and a head of labels. */
  List<String> saved() {
    return saved;
  }

  private static List<String> saved(LoraConfig config, Architecture architecture) {
    List<String> saved = new ArrayList<>(config.modulesToSave());
    if (architecture.head() instanceof ClassificationHead) {
      HEADS.stream().filter(name -> !saved.contains(name)).forEach(saved::add);
    }
    return List.copyOf(saved);
  }

  int rank(String module) {
    return rank(config, module);
  }

  static int rank(LoraConfig config, String module) {
    return config.rankPattern().entrySet().stream()
        .filter(e -> matches(e.getKey(), module))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(config.r());
  }

  double scaling(String module) {
    return scaling(config, module);
  }

  static double scaling(LoraConfig config, String module) {
    double alpha =
        config.alphaPattern().entrySet().stream()
            .filter(e -> matches(e.getKey(), module))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(config.loraAlpha());
    int rank = rank(config, module);
    return config.useRslora() ? alpha / Math.sqrt(rank) : alpha / rank;
  }

  private static boolean matches(String pattern, String module) {
    return LoraConfig.suffix(pattern).matches(module);
  }
}
