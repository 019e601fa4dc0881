package org.tune4j.lora;

import java.util.Optional;

/** Whether an adapter is nothing but updates {@code B A} of weights of its base. */
public final class UpdatesOnly {
  private UpdatesOnly() {}

  /**
   * The first key by which it is more, with what was wanted and found: lengths that need the base's
   * weights, a base that was reduced, matrices of experts, or tokens or biases trained along.
   */
  public static Optional<String> fault(LoraConfig config) {
    if (config.useDora()) {
      return fault("use_dora", "false", true);
    }
    if (config.initLoraWeights().isOfWeight()) {
      return fault("init_lora_weights", "one of plain LoRA", config.initLoraWeights().word());
    }
    if (!config.targetParameters().isEmpty()) {
      return fault("target_parameters", "none", config.targetParameters());
    }
    if (!config.trainableTokenIndices().isEmpty()) {
      return fault("trainable_token_indices", "none", config.trainableTokenIndices());
    }
    if (config.bias() != LoraConfig.Bias.NONE) {
      return fault("bias", "none", config.bias());
    }
    return Optional.empty();
  }

  private static Optional<String> fault(String key, String wanted, Object found) {
    return Optional.of("%s: wanted %s, found %s".formatted(key, wanted, found));
  }
}
