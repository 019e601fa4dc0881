package org.tune4j.prefix;

import java.util.List;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.model.Architecture;

/**
 * P-tuning (Liu et al., 2021): vectors in place of words before each text, computed by an encoder.
 *
 * @param numVirtualTokens so many
 * @param reparameterization what the encoder is
 * @param encoderHiddenSize size of what stands between its layers, of the LSTM's states in each
 *     direction; 0 for PEFT's default, the hidden size of the model
 * @param modulesToSave modules that are trained as full copies besides
 */
public record PromptEncoderConfig(
    int numVirtualTokens,
    Reparameterization reparameterization,
    int encoderHiddenSize,
    List<String> modulesToSave)
    implements PromptLearningConfig {
  /** PEFT's {@code encoder_reparameterization_type}. */
  public enum Reparameterization {
    /** Three linear layers with ReLU between them. */
    MLP,
    /** Two LSTM layers that read in both directions, and two linear layers with ReLU between. */
    LSTM
  }

  public PromptEncoderConfig {
    PromptLearningConfig.requireTokens(numVirtualTokens);
    PromptLearningConfig.requireHidden(encoderHiddenSize);
    modulesToSave = List.copyOf(modulesToSave);
  }

  /** PEFT's MLP. */
  public PromptEncoderConfig(int numVirtualTokens, int encoderHiddenSize) {
    this(numVirtualTokens, Reparameterization.MLP, encoderHiddenSize, List.of());
  }

  @Override
  public Kind kind() {
    return Kind.INPUTS;
  }

  @Override
  public String peftType() {
    return "P_TUNING";
  }

  @Override
  public PromptLayers layers(Architecture architecture) {
    int size = architecture.hiddenSize();
    int hidden = hidden(architecture);
    return reparameterization == Reparameterization.LSTM
        ? new LstmLayers(numVirtualTokens, size, hidden)
        : new LinearLayers(
            numVirtualTokens, List.of(size, hidden, hidden, size), "mlp_head", "relu", false);
  }

  /** The size of what stands between the layers. */
  int hidden(Architecture architecture) {
    return encoderHiddenSize == 0 ? architecture.hiddenSize() : encoderHiddenSize;
  }
}
