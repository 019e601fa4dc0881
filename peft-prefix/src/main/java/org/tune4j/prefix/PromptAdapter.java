package org.tune4j.prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.VirtualTokens;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.TensorSlot;

/** Virtual tokens on a model: the learned vectors, and the layers over them where there are any. */
public final class PromptAdapter implements Adapter {
  private static final String KERNEL = "prompt_encoder";
  private static final String NAMES = "prompt_encoder.";
  private final PromptLearningConfig config;
  private final List<Trainable> parameters = new ArrayList<>();

  /**
   * Lays the parameters out.
   *
   * @throws org.tune4j.engine.ConfigException if the method does not go with the model
   */
  public PromptAdapter(PromptLearningConfig config, Architecture architecture) {
    this.config = config;
    List<Integer> sizes = config.sizes(architecture);
    add(vectors(config.numVirtualTokens(), sizes), true, false);
    for (int layer = 1; layer < sizes.size(); layer++) {
      // An activation has its number, too.
      String name = NAMES + config.layers() + "." + 2 * (layer - 1);
      add(TensorSlot.whole(name + ".weight", sizes.get(layer), sizes.get(layer - 1)), true, true);
      add(TensorSlot.whole(name + ".bias", sizes.get(layer)), false, false);
    }
  }

  private void add(TensorSlot slot, boolean decayed, boolean hidden) {
    parameters.add(new Trainable(slot, decayed, hidden));
  }

  /**
   * PEFT's file has them as what virtual tokens are, where no layer makes something else of them.
   */
  private static TensorSlot vectors(int tokens, List<Integer> sizes) {
    String name = NAMES + "embedding.weight";
    List<Long> shape = List.of((long) tokens, (long) sizes.get(0));
    String inFile = sizes.size() == 1 ? "prompt_embeddings" : name;
    return new TensorSlot(name, shape, List.of(new TensorSlot.Part(inFile, 0, shape)));
  }

  public PromptLearningConfig config() {
    return config;
  }

  /** The vectors that all begins with, {@code [virtual tokens, size]}. */
  TensorSlot vectors() {
    return parameters.get(0).slot();
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
    List<TensorSlot> slots = parameters.stream().map(Trainable::slot).toList();
    SiteKernel kernel = new SiteKernel(KERNEL, "'" + config.activation() + "'", slots, List.of());
    return Optional.of(new VirtualTokens(config.numVirtualTokens(), config.kind(), kernel));
  }

  @Override
  public Map<String, String> kernelSources() {
    return KernelSources.read(PromptAdapter.class, "/org/tune4j/prefix/kernels", KERNEL);
  }

  @Override
  public List<Trainable> parameters() {
    return List.copyOf(parameters);
  }

  @Override
  public List<Trainable> trainedWeights() {
    return List.of();
  }

  /** As torch's {@code Embedding} and {@code Linear} begin. */
  @Override
  public float[] initialValue(TensorSlot parameter, long seed) {
    float[] values = new float[Math.toIntExact(parameter.elements())];
    // String.hashCode is specified, so the same everywhere.
    long name = parameter.name().hashCode() * 0x9E3779B97F4A7C15L;
    SplittableRandom random = new SplittableRandom(seed ^ name);
    boolean last = layerOf(parameter) == parameters.size() / 2;
    if (config instanceof PrefixTuningConfig prefix && prefix.zero() && last) {
      return values;
    }
    double bound = layerOf(parameter) == 0 ? 0 : 1 / Math.sqrt(inputs(parameter));
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound == 0 ? random.nextGaussian() : random.nextDouble(-bound, bound));
    }
    return values;
  }

  /** 0 for the vectors, counted from 1 for the layers. */
  private int layerOf(TensorSlot parameter) {
    int index = parameters.stream().map(Trainable::slot).toList().indexOf(parameter);
    return (index + 1) / 2;
  }

  private long inputs(TensorSlot parameter) {
    TensorSlot weight = parameters.get(2 * layerOf(parameter) - 1).slot();
    return weight.shape().get(1);
  }
}
