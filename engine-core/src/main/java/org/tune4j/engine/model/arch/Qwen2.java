package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.MultiHeadAttention;

/**
 * Qwen2 and DeepSeek-R1-Distill-Qwen: Llama with biases on q, k and v, and perhaps sliding windows
 * in the later blocks. Source: transformers' {@code modeling_qwen2}.
 */
final class Qwen2 {
  private Qwen2() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form = new LlamaForm(config);
    Windows windows = windows(config);
    int intermediate = config.size("intermediate_size");
    return form.architecture(
        i -> {
          MultiHeadAttention attention = form.attention(layer(i), true, false);
          return form.block(
              layer(i),
              attention.with(attention.scores().within(windows.of(i))),
              form.gated(layer(i) + ".mlp", intermediate, false));
        });
  }

  /** The window counts only where {@code use_sliding_window} says so. */
  static Windows windows(ConfigJson config) {
    boolean used = config.flag("use_sliding_window", false);
    int from = config.count("max_window_layers", 28);
    return Windows.read(config, block -> used && block >= from);
  }
}
