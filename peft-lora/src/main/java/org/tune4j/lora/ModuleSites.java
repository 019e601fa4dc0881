package org.tune4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;

/**
 * Which modules of a model a method means: those that it adapts, and those that are trained as full
 * copies.
 */
class ModuleSites {
  private static final Pattern LAYER_NUMBER = Pattern.compile(".*\\.[^.]*\\.(\\d+)\\..*");

  /** What PEFT takes for heads of labels. */
  private static final List<String> HEADS = List.of("classifier", "score");

  private final Choice choice;
  private final Architecture architecture;
  private final List<String> saved;
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
    this.architecture = architecture;
    this.saved = saved(choice.modulesToSave, architecture);
    int blocks = architecture.blocks().size();
    for (int block : choice.layersToTransform) {
      if (block < 0 || block >= blocks) {
        throw new ConfigException(
            "layers_to_transform: wanted 0 to " + (blocks - 1) + ", found " + block);
      }
    }
    this.adapted = existing.stream().filter(this::isTarget).toList();
    // PEFT writes both names of heads, of which a model has one.
    boolean classifies = architecture.head() instanceof ClassificationHead;
    for (String name : choice.modulesToSave) {
      if (!(classifies && HEADS.contains(name))
          && modules(architecture).stream().noneMatch(module -> isSaved(module, name))) {
        throw TargetModules.nothingMatches("modules_to_save", name, modules(architecture));
      }
    }
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
    return saved.stream().anyMatch(name -> isSaved(module, name));
  }

  /** A module by the end of its path, and all within a module. */
  private static boolean isSaved(String module, String name) {
    return module.endsWith(name) || ("." + module).contains("." + name + ".");
  }

  /** Modules that are trained as full copies: those asked for, and a head of labels. */
  final List<String> saved() {
    return saved;
  }

  private static List<String> saved(List<String> asked, Architecture architecture) {
    List<String> saved = new ArrayList<>(asked);
    if (architecture.head() instanceof ClassificationHead) {
      HEADS.stream().filter(name -> !saved.contains(name)).forEach(saved::add);
    }
    return List.copyOf(saved);
  }

  /**
   * The model's own tensors that are trained along.
   *
   * @param besides which, by tensor and module, besides those of {@link #saved}
   * @throws ConfigException if of tensors that share one in memory some would be trained
   */
  final List<Trainable> trainedWeights(BiPredicate<String, String> besides) {
    return TrainableWeights.of(
        architecture,
        architecture.slots().stream().filter(slot -> isTrained(slot, besides)).toList());
  }

  private boolean isTrained(TensorSlot slot, BiPredicate<String, String> besides) {
    boolean headIsSaved =
        architecture.tied()
            && slot.equals(architecture.embeddingSlot())
            && isSaved(architecture.head().out().module());
    List<String> trained =
        slot.parts().stream()
            .map(TensorSlot.Part::name)
            .filter(
                tensor -> {
                  String module = tensor.substring(0, tensor.lastIndexOf('.'));
                  return isSaved(module) || besides.test(tensor, module);
                })
            .toList();
    if (!trained.isEmpty() && trained.size() < slot.parts().size()) {
      throw new ConfigException(
          "modules_to_save or bias: of the tensors that share one matrix or vector in memory, only "
              + trained
              + " would be trained; name all of "
              + slot.parts().stream().map(TensorSlot.Part::name).toList()
              + " or none");
    }
    return headIsSaved || !trained.isEmpty();
  }
}
