package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.MultiHeadAttention;

/** Mistral: Llama in a sliding window. Source: transformers' {@code modeling_mistral}. */
final class Mistral {
  private Mistral() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form = new LlamaForm(config);
    Windows windows = Windows.read(config, block -> true);
    int intermediate = config.size("intermediate_size");
    return form.architecture(
        i -> {
          MultiHeadAttention attention = form.attention(layer(i), false, false);
          return form.block(
              layer(i),
              attention.with(attention.scores().within(windows.of(i))),
              form.gated(layer(i) + ".mlp", intermediate, false));
        });
  }
}
