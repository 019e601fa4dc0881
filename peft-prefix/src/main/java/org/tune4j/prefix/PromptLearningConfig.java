package org.tune4j.prefix;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.model.Architecture;

/** A method that learns virtual tokens before each text, under PEFT's names and defaults. */
public sealed interface PromptLearningConfig
    permits PrefixTuningConfig, PromptTuningConfig, PromptEncoderConfig {
  /** So many tokens before each text. */
  int numVirtualTokens();

  /** Whether it learns keys and values, or vectors in place of words. */
  Kind kind();

  /** The {@code peft_type} of PEFT's files. */
  String peftType();

  /**
   * The sizes of the vectors that are learned, and of each layer's results over them, the last of
   * which are what virtual tokens are; one size where there is no layer.
   */
  List<Integer> sizes(Architecture architecture);

  /** What PEFT calls the layers. */
  String layers();

  /** What stands between two layers: {@code tanh} or {@code relu}. */
  String activation();

  /** Checks what all methods have in common. */
  static void requireTokens(int numVirtualTokens) {
    if (numVirtualTokens < 1 || numVirtualTokens > 65_536) {
      throw new ConfigException("num_virtual_tokens: wanted 1 to 65536, found " + numVirtualTokens);
    }
  }

  /** Checks the size of a layer; 0 stands for PEFT's default. */
  static void requireHidden(int encoderHiddenSize) {
    if (encoderHiddenSize < 0) {
      throw new ConfigException(
          "encoder_hidden_size: wanted at least 1, or 0 for its default, found "
              + encoderHiddenSize);
    }
  }
}
