package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.BlockSpec.Norms;

/**
 * OLMo 2: each half is normalised after it, and queries and keys of all heads together. Source:
 * transformers' {@code modeling_olmo2}.
 */
final class Olmo2 {
  private Olmo2() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form = new LlamaForm(config);
    boolean bias = config.flag("attention_bias", false);
    int intermediate = config.size("intermediate_size");
    return form.architecture(
        i -> {
          String self = layer(i) + ".self_attn.";
          return new BlockSpec(
              after(form, layer(i) + ".post_attention_layernorm"),
              form.attention(layer(i), bias, bias)
                  .with(
                      form.rms(self + "q_norm", form.heads * form.headSize),
                      form.rms(self + "k_norm", form.keyValueHeads * form.headSize)),
              after(form, layer(i) + ".post_feedforward_layernorm"),
              form.gated(layer(i) + ".mlp", intermediate, false),
              BlockSpec.Residual.SEQUENTIAL);
        });
  }

  private static Norms after(LlamaForm form, String module) {
    return new Norms(Optional.empty(), Optional.of(form.rms(module)), Optional.empty());
  }
}
