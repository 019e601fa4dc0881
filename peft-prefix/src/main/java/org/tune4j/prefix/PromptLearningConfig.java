package org.tune4j.prefix;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.model.Architecture;

/** A method that learns virtual tokens before each text, under PEFT's names and defaults. */
public sealed interface PromptLearningConfig
    permits PrefixTuningConfig,
        PromptTuningConfig,
        MultitaskPromptTuningConfig,
        PromptEncoderConfig {
  /** So many tokens before each text. */
  int numVirtualTokens();

  /** Whether it learns keys and values, or vectors in place of words. */
  Kind kind();

  /** The {@code peft_type} of PEFT's files. */
  String peftType();

  /** How many tasks have virtual tokens of their own; 1 where all texts have the same. */
  default int numTasks() {
    return 1;
  }

  /**
   * Modules of the model that are trained as full copies besides, by the last steps of their path;
   * a head of labels always is.
   */
  List<String> modulesToSave();

  /** What the virtual tokens of a model are computed from. */
  PromptLayers layers(Architecture architecture);

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
