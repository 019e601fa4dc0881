package org.tune4j.prefix;

import java.util.List;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.model.Architecture;

/**
 * Prefix tuning (Li and Liang, 2021): keys and values before each text, in every block.
 *
 * @param numVirtualTokens so many
 * @param prefixProjection whether they are computed from smaller vectors by a layer, tanh, and a
 *     layer
 * @param encoderHiddenSize size of what stands between these layers; 0 for PEFT's default, the size
 *     of a block's keys
 * @param zero whether the model begins with prefixes of zeros, as PEFT's {@code init_weights:
 *     zero}, and not with random ones
 */
public record PrefixTuningConfig(
    int numVirtualTokens, boolean prefixProjection, int encoderHiddenSize, boolean zero)
    implements PromptLearningConfig {
  public PrefixTuningConfig {
    PromptLearningConfig.requireTokens(numVirtualTokens);
    PromptLearningConfig.requireHidden(encoderHiddenSize);
  }

  /** Random prefixes, learned as they are. */
  public PrefixTuningConfig(int numVirtualTokens) {
    this(numVirtualTokens, false, 0, false);
  }

  @Override
  public Kind kind() {
    return Kind.PREFIX;
  }

  @Override
  public String peftType() {
    return "PREFIX_TUNING";
  }

  @Override
  public List<Integer> sizes(Architecture architecture) {
    int columns = Sizes.columns(architecture);
    int tokenSize = Sizes.keys(architecture);
    return prefixProjection ? List.of(tokenSize, hidden(tokenSize), columns) : List.of(columns);
  }

  private int hidden(int tokenSize) {
    return encoderHiddenSize == 0 ? tokenSize : encoderHiddenSize;
  }

  @Override
  public String layers() {
    return "transform";
  }

  @Override
  public String activation() {
    return "tanh";
  }
}
