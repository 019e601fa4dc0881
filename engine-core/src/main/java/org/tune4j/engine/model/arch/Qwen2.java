package org.tune4j.engine.model.arch;

import org.tune4j.engine.model.Architecture;

/**
 * Qwen2 and DeepSeek-R1-Distill-Qwen: Llama with biases on q, k and v. Source: transformers' {@code
 * modeling_qwen2}.
 */
final class Qwen2 {
  private Qwen2() {}

  static Architecture describe(ConfigJson config) {
    if (config.flag("use_sliding_window", false)) {
      config.refuse("use_sliding_window", "sliding windows are not handled yet");
    }
    LlamaForm form = new LlamaForm(config);
    int intermediate = config.size("intermediate_size");
    return form.architecture(
        false,
        layer ->
            form.block(
                layer,
                form.attention(layer, true, false),
                form.gated(layer + ".mlp", intermediate, false)));
  }
}
