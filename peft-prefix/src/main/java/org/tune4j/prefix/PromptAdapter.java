package org.tune4j.prefix;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.SavedModules;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.VirtualTokens;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.TensorSlot;

/** Virtual tokens on a model: the learned vectors, and the layers over them where there are any. */
public final class PromptAdapter implements Adapter {
  /** What PEFT puts before the path of a module of the base model, of these methods alone. */
  private static final String PREFIX = "base_model.";

  /** The linear layers, which others end in. */
  private static final String LINEAR = "prompt_encoder";

  private final PromptLearningConfig config;
  private final PromptLayers layers;
  private final SavedModules saved;

  /**
   * Lays the parameters out.
   *
   * @throws org.tune4j.engine.ConfigException if the method does not go with the model
   */
  public PromptAdapter(PromptLearningConfig config, Architecture architecture) {
    this.config = config;
    this.layers = config.layers(architecture);
    this.saved = new SavedModules(config.modulesToSave(), architecture);
    boolean ties =
        architecture.tied()
            && trainedWeights().stream()
                .anyMatch(each -> each.slot().equals(architecture.embeddingSlot()));
    if (ties) {
      // PEFT trains a copy of one of them, and they are tied no more.
      throw new ConfigException(
          "modules_to_save: embedding and output layer share one matrix in this model, and virtual tokens are learned beside neither; found %s"
              .formatted(config.modulesToSave()));
    }
  }

  public PromptLearningConfig config() {
    return config;
  }

  /** Modules that are trained as full copies: those asked for, and a head of labels. */
  List<String> saved() {
    return saved.names();
  }

  /** The vectors that all begins with, {@code [virtual tokens, size]}. */
  TensorSlot vectors() {
    return layers.parameters().get(0).slot();
  }

  @Override
  public Optional<SiteKernel> at(LinearGroup group) {
    return Optional.empty();
  }

  @Override
  public Optional<SiteKernel> atEmbedding() {
    return Optional.empty();
  }

  @Override
  public Optional<VirtualTokens> virtualTokens() {
    List<TensorSlot> slots = parameters().stream().map(Trainable::slot).toList();
    SiteKernel kernel = new SiteKernel(layers.kernel(), layers.literals(), slots, List.of());
    return Optional.of(
        new VirtualTokens(config.numVirtualTokens(), config.kind(), kernel, layers.tasks()));
  }

  @Override
  public Map<String, String> kernelSources() {
    return KernelSources.read(
        PromptAdapter.class, "/org/tune4j/prefix/kernels", LINEAR, layers.kernel());
  }

  @Override
  public String fileName(String tensor) {
    return PREFIX + tensor;
  }

  @Override
  public List<Trainable> parameters() {
    return List.copyOf(layers.parameters());
  }

  @Override
  public List<Trainable> trainedWeights() {
    return saved.trained((tensor, module) -> false);
  }

  @Override
  public float[] initialValue(TensorSlot parameter, long seed) {
    // String.hashCode is specified, so the same everywhere.
    long name = parameter.name().hashCode() * 0x9E3779B97F4A7C15L;
    return layers.initialValue(parameter, new SplittableRandom(seed ^ name));
  }
}
