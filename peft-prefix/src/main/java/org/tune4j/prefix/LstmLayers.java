package org.tune4j.prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.TensorSlot;

/**
 * Learned vectors, LSTM layers that read them in both directions, and two linear layers with ReLU
 * between them: P-tuning as its paper has it.
 */
final class LstmLayers implements PromptLayers {
  /** PEFT's default {@code encoder_num_layers}. */
  static final int LAYERS = 2;

  private static final String NAME = "lstm_head.";
  private final List<Trainable> parameters = new ArrayList<>();
  private final int hidden;

  /**
   * @param size of the vectors, and of what the last layer gives
   * @param hidden of the states of a direction
   */
  LstmLayers(int tokens, int size, int hidden) {
    this.hidden = hidden;
    parameters.add(PromptLayers.vectors(tokens, size, NAMES + "embedding.weight"));
    for (int layer = 0; layer < LAYERS; layer++) {
      int inputs = layer == 0 ? size : 2 * hidden;
      for (String direction : List.of("", "_reverse")) {
        String suffix = "_l" + layer + direction;
        add("weight_ih" + suffix, true, 4L * hidden, inputs);
        add("weight_hh" + suffix, true, 4L * hidden, hidden);
        add("bias_ih" + suffix, false, 4L * hidden);
        add("bias_hh" + suffix, false, 4L * hidden);
      }
    }
    parameters.addAll(LinearLayers.linear("mlp_head.0", 2 * hidden, 2 * hidden));
    parameters.addAll(LinearLayers.linear("mlp_head.2", 2 * hidden, size));
  }

  private void add(String name, boolean matrix, long... shape) {
    parameters.add(new Trainable(TensorSlot.whole(NAMES + NAME + name, shape), matrix, matrix));
  }

  @Override
  public List<Trainable> parameters() {
    return parameters;
  }

  @Override
  public String kernel() {
    return "lstm_encoder";
  }

  @Override
  public String literals() {
    return String.valueOf(LAYERS);
  }

  /** As torch's {@code Embedding}, {@code LSTM} and {@code Linear} begin. */
  @Override
  public float[] initialValue(TensorSlot parameter, SplittableRandom random) {
    if (parameter.equals(parameters.get(0).slot())) {
      return PromptLayers.normal(parameter, 1, random);
    }
    int inputs = parameter.name().startsWith(NAMES + NAME) ? hidden : 2 * hidden;
    return PromptLayers.uniform(parameter, 1 / Math.sqrt(inputs), random);
  }
}
