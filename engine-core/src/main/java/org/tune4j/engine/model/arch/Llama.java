package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import org.tune4j.engine.model.Architecture;

/**
 * Llama and what shares its form: DeepSeek-LLM, DeepSeek-R1-Distill-Llama, SmolLM2. Source:
 * transformers' {@code modeling_llama}.
 */
final class Llama {
  private Llama() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form = new LlamaForm(config);
    boolean bias = config.flag("attention_bias", false);
    boolean mlpBias = config.flag("mlp_bias", false);
    int intermediate = config.size("intermediate_size");
    return form.architecture(
        i ->
            form.block(
                layer(i),
                form.attention(layer(i), bias, bias),
                form.gated(layer(i) + ".mlp", intermediate, mlpBias)));
  }
}
