package org.tune4j.prefix;

import java.util.List;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.model.Architecture;

/**
 * P-tuning (Liu et al., 2021) with PEFT's MLP encoder: vectors in place of words before each text,
 * computed by three layers with ReLU between them.
 *
 * @param numVirtualTokens so many
 * @param encoderHiddenSize size of what stands between the layers; 0 for PEFT's default, the hidden
 *     size of the model
 */
public record PromptEncoderConfig(int numVirtualTokens, int encoderHiddenSize)
    implements PromptLearningConfig {
  public PromptEncoderConfig {
    PromptLearningConfig.requireTokens(numVirtualTokens);
    PromptLearningConfig.requireHidden(encoderHiddenSize);
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
  public List<Integer> sizes(Architecture architecture) {
    int hidden = architecture.hiddenSize();
    int inner = encoderHiddenSize == 0 ? hidden : encoderHiddenSize;
    return List.of(hidden, inner, inner, hidden);
  }

  @Override
  public String layers() {
    return "mlp_head";
  }

  @Override
  public String activation() {
    return "relu";
  }
}
