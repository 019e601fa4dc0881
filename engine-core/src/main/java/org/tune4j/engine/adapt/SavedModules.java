package org.tune4j.engine.adapt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.TensorSlot;

/**
 * The modules of a model that are trained as full copies beside an adapter ({@code
 * modules_to_save}): those asked for, and a head of labels.
 */
public final class SavedModules {
  /** What PEFT takes for heads of labels. */
  private static final List<String> HEADS = List.of("classifier", "score");

  private final Architecture architecture;
  private final List<String> names;

  /**
   * @param asked by the last steps of their path
   * @throws ConfigException if one of them is not there
   */
  public SavedModules(List<String> asked, Architecture architecture) {
    this.architecture = architecture;
    List<String> all = new ArrayList<>(asked.stream().distinct().toList());
    // PEFT writes both names of heads, of which a model has one.
    boolean classifies = architecture.head() instanceof ClassificationHead;
    if (classifies) {
      HEADS.stream().filter(name -> !all.contains(name)).forEach(all::add);
    }
    this.names = List.copyOf(all);
    for (String name : asked) {
      if (!(classifies && HEADS.contains(name))
          && of(architecture).stream().noneMatch(module -> isNamed(module, name))) {
        throw TargetModules.nothingMatches("modules_to_save", name, of(architecture));
      }
    }
  }

  /** Every module of a model that has a weight. */
  public static List<String> of(Architecture architecture) {
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

  /** By the last steps of their path. */
  public List<String> names() {
    return names;
  }

  /** Whether a module is trained as a full copy. */
  public boolean contains(String module) {
    return names.stream().anyMatch(name -> isNamed(module, name));
  }

  /** A module by the end of its path, and all within a module. */
  private static boolean isNamed(String module, String name) {
    return module.endsWith(name) || ("." + module).contains("." + name + ".");
  }

  /**
   * The model's own tensors that are trained along.
   *
   * @param besides which, by tensor and module, besides those of these modules
   * @throws ConfigException if of tensors that share one in memory some would be trained
   */
  public List<Trainable> trained(BiPredicate<String, String> besides) {
    return TrainableWeights.of(
        architecture,
        architecture.slots().stream().filter(slot -> isTrained(slot, besides)).toList());
  }

  private boolean isTrained(TensorSlot slot, BiPredicate<String, String> besides) {
    boolean headIsSaved =
        architecture.tied()
            && slot.equals(architecture.embeddingSlot())
            && contains(architecture.head().out().module());
    List<String> trained =
        slot.parts().stream()
            .map(TensorSlot.Part::name)
            .filter(
                tensor -> {
                  String module = tensor.substring(0, tensor.lastIndexOf('.'));
                  return contains(module) || besides.test(tensor, module);
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
