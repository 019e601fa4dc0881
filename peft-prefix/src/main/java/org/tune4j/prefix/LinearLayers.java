package org.tune4j.prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.TensorSlot;

/** Learned vectors, and linear layers over them where there are any. */
final class LinearLayers implements PromptLayers {
  private final List<Trainable> parameters = new ArrayList<>();
  private final String activation;
  private final boolean zero;

  /**
   * @param sizes of the vectors, and of each layer's results
   * @param name what PEFT calls the layers
   * @param activation what stands between two of them: {@code tanh} or {@code relu}
   * @param zero whether all of it begins as zeros
   */
  LinearLayers(int tokens, List<Integer> sizes, String name, String activation, boolean zero) {
    this.activation = activation;
    this.zero = zero;
    // PEFT's file has the vectors as what virtual tokens are, where no layer makes something else
    // of them.
    String inFile = sizes.size() == 1 ? "prompt_embeddings" : NAMES + "embedding.weight";
    parameters.add(PromptLayers.vectors(tokens, sizes.get(0), inFile));
    for (int layer = 1; layer < sizes.size(); layer++) {
      // An activation has its number, too.
      parameters.addAll(
          linear(name + "." + 2 * (layer - 1), sizes.get(layer - 1), sizes.get(layer)));
    }
  }

  /** Vectors alone. */
  LinearLayers(int tokens, int size) {
    this(tokens, List.of(size), "none", "relu", false);
  }

  /** A layer's matrix and bias. */
  static List<Trainable> linear(String name, int inputs, int outputs) {
    return List.of(
        new Trainable(TensorSlot.whole(NAMES + name + ".weight", outputs, inputs), true, true),
        new Trainable(TensorSlot.whole(NAMES + name + ".bias", outputs), false));
  }

  @Override
  public List<Trainable> parameters() {
    return parameters;
  }

  @Override
  public String kernel() {
    return "prompt_encoder";
  }

  @Override
  public String literals() {
    return "'" + activation + "'";
  }

  /** As torch's {@code Embedding} and {@code Linear} begin. */
  @Override
  public float[] initialValue(TensorSlot parameter, SplittableRandom random) {
    int index = parameters.stream().map(Trainable::slot).toList().indexOf(parameter);
    int layer = (index + 1) / 2; // 0 for the vectors
    if (zero && layer == parameters.size() / 2) {
      return new float[Math.toIntExact(parameter.elements())];
    }
    if (layer == 0) {
      return PromptLayers.normal(parameter, 1, random);
    }
    long inputs = parameters.get(2 * layer - 1).slot().shape().get(1);
    return PromptLayers.uniform(parameter, 1 / Math.sqrt(inputs), random);
  }
}
