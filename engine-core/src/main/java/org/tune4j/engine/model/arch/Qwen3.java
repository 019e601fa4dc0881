package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.MultiHeadAttention;

/**
 * Qwen3 and DeepSeek-R1-0528-Qwen3: each head of queries and keys normalised. Source: transformers'
 * {@code modeling_qwen3}.
 */
final class Qwen3 {
  private Qwen3() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form = new LlamaForm(config);
    Windows windows = Qwen2.windows(config);
    boolean bias = config.flag("attention_bias", false);
    int intermediate = config.size("intermediate_size");
    return form.architecture(
        i -> {
          MultiHeadAttention attention = form.attention(layer(i), bias, bias);
          String self = layer(i) + ".self_attn.";
          return form.block(
              layer(i),
              attention
                  .with(
                      form.rms(self + "q_norm", form.headSize),
                      form.rms(self + "k_norm", form.headSize))
                  .with(attention.scores().within(windows.of(i))),
              form.gated(layer(i) + ".mlp", intermediate, false));
        });
  }
}
