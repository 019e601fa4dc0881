package org.tune4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SavedModules;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearLayer;

/**
 * Which modules of a model a method means: those that it adapts, and those that are trained as full
 * copies.
 */
class ModuleSites {
  /** PEFT takes the first number: a later one is an expert's. */
  private static final Pattern LAYER_NUMBER = Pattern.compile(".*?\\.[^.]*\\.(\\d+)\\..*");

  private final Choice choice;
  private final SavedModules saved;
  private final List<String> adapted;

  /**
   * What a configuration says of modules.
   *
   * @param targets where
   * @param excluded where not; null for nowhere
   * @param modulesToSave modules that are trained as full copies, by the last steps of their path
   * @param layersToTransform block numbers; empty for all
   */
  record Choice(
      TargetModules targets,
      TargetModules excluded,
      List<String> modulesToSave,
      List<Integer> layersToTransform) {}

  /**
   * @param existing the modules that can be adapted, in the order of use
   * @throws ConfigException if a block or a module that is to be saved is not there
   */
  ModuleSites(Choice choice, Architecture architecture, List<String> existing) {
    this.choice = choice;
    this.saved = new SavedModules(choice.modulesToSave, architecture);
    if (!choice.layersToTransform.isEmpty() && choice.targets instanceof TargetModules.Regex) {
      throw new ConfigException(
          "layers_to_transform: wanted names in target_modules, found the regular expression %s; have it say which layers"
              .formatted(choice.targets.written()));
    }
    int blocks = architecture.blocks().size();
    for (int block : choice.layersToTransform) {
      if (block < 0 || block >= blocks) {
        throw new ConfigException(
            "layers_to_transform: wanted 0 to " + (blocks - 1) + ", found " + block);
      }
    }
    this.adapted = existing.stream().filter(this::isTarget).toList();
  }

  /**
   * The linear layers that a method can adapt: all, and the output layer where modules are named.
   */
  static List<String> linear(TargetModules targets, Architecture architecture) {
    List<String> existing =
        new ArrayList<>(architecture.linearLayers().stream().map(LinearLayer::module).toList());
    architecture.head().dense().ifPresent(layer -> existing.add(layer.module()));
    if (!(targets instanceof TargetModules.AllLinear)) {
      existing.add(architecture.head().out().module());
    }
    return existing;
  }

  /**
   * @throws ConfigException if nothing is adapted; it lists what could be
   */
  void requireAny(List<String> existing) {
    if (adapted.isEmpty()) {
      throw TargetModules.nothingMatches("target_modules", choice.targets.written(), existing);
    }
  }

  private boolean isTarget(String module) {
    if (choice.excluded != null && choice.excluded.matches(module)) {
      return false;
    }
    return !isSaved(module) && choice.targets.matches(module) && isTransformed(module);
  }

  final boolean isTransformed(String module) {
    if (choice.layersToTransform.isEmpty()) {
      return true;
    }
    Matcher matcher = LAYER_NUMBER.matcher(module);
    return matcher.matches()
        && choice.layersToTransform.contains(Integer.valueOf(matcher.group(1)));
  }

  final boolean isAdapted(String module) {
    return adapted.contains(module);
  }

  /** The adapted modules, in the order of use. */
  final List<String> adapted() {
    return adapted;
  }

  final boolean isSaved(String module) {
    return saved.contains(module);
  }

  /** Modules that are trained as full copies: those asked for, and a head of labels. */
  final List<String> saved() {
    return saved.names();
  }

  /**
   * The model's own tensors that are trained along.
   *
   * @param besides which, by tensor and module, besides those of {@link #saved}
   * @throws ConfigException if of tensors that share one in memory some would be trained
   */
  final List<Trainable> trainedWeights(BiPredicate<String, String> besides) {
    return saved.trained(besides);
  }
}
