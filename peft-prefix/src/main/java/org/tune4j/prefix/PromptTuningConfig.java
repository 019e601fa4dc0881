package org.tune4j.prefix;

import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Prompt tuning (Lester et al., 2021): vectors in place of words before each text.
 *
 * @param numVirtualTokens so many
 * @param init where they begin
 * @param initIds the tokens of the text that they begin as; none unless {@code init} is TEXT
 * @param modulesToSave modules that are trained as full copies besides
 */
public record PromptTuningConfig(
    int numVirtualTokens, Init init, List<Integer> initIds, List<String> modulesToSave)
    implements PromptLearningConfig {
  /** Where the vectors begin. */
  public enum Init {
    /** Standard normal numbers. */
    RANDOM,
    /** The vectors of random words. */
    SAMPLE_VOCAB,
    /** The vectors of a text's words, over and over again until there are enough. */
    TEXT
  }

  public PromptTuningConfig {
    PromptLearningConfig.requireTokens(numVirtualTokens);
    initIds = List.copyOf(initIds);
    modulesToSave = List.copyOf(modulesToSave);
    if ((init == Init.TEXT) == initIds.isEmpty()) {
      throw new ConfigException(
          "prompt_tuning_init: %s with a text of %d tokens; TEXT, and nothing else, begins as one"
              .formatted(init, initIds.size()));
    }
  }

  /** Without modules that are trained besides. */
  public PromptTuningConfig(int numVirtualTokens, Init init, List<Integer> initIds) {
    this(numVirtualTokens, init, initIds, List.of());
  }

  /** Random vectors. */
  public PromptTuningConfig(int numVirtualTokens) {
    this(numVirtualTokens, Init.RANDOM, List.of());
  }

  /** Vectors that begin as those of a text. */
  public static PromptTuningConfig text(int numVirtualTokens, Tokenizer tokenizer, String text) {
    List<Integer> ids = Arrays.stream(tokenizer.encode(text, true).ids()).boxed().toList();
    return new PromptTuningConfig(numVirtualTokens, Init.TEXT, ids);
  }

  @Override
  public Kind kind() {
    return Kind.INPUTS;
  }

  @Override
  public String peftType() {
    return "PROMPT_TUNING";
  }

  @Override
  public PromptLayers layers(Architecture architecture) {
    return new LinearLayers(numVirtualTokens, architecture.hiddenSize());
  }
}
