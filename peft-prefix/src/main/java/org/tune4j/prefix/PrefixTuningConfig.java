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
 * @param modulesToSave modules that are trained as full copies besides
 */
public record PrefixTuningConfig(
    int numVirtualTokens,
    boolean prefixProjection,
    int encoderHiddenSize,
    boolean zero,
    List<String> modulesToSave)
    implements PromptLearningConfig {
  public PrefixTuningConfig {
    PromptLearningConfig.requireTokens(numVirtualTokens);
    PromptLearningConfig.requireHidden(encoderHiddenSize);
    modulesToSave = List.copyOf(modulesToSave);
  }

  /** Without modules that are trained besides. */
  public PrefixTuningConfig(
      int numVirtualTokens, boolean prefixProjection, int encoderHiddenSize, boolean zero) {
    this(numVirtualTokens, prefixProjection, encoderHiddenSize, zero, List.of());
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
  public PromptLayers layers(Architecture architecture) {
    int columns = Sizes.columns(architecture);
    return prefixProjection
        ? new LinearLayers(
            numVirtualTokens,
            List.of(Sizes.keys(architecture), hidden(architecture), columns),
            "transform",
            "tanh",
            zero)
        : new LinearLayers(numVirtualTokens, List.of(columns), "none", "tanh", zero);
  }

  /** The size of what stands between the layers over the vectors. */
  int hidden(Architecture architecture) {
    return encoderHiddenSize == 0 ? Sizes.keys(architecture) : encoderHiddenSize;
  }
}
