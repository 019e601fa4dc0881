package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.MultiHeadAttention;

/**
 * Phi-3 and Phi-4-mini: queries, keys and values in one layer, gate and up in another; longrope.
 * Source: transformers' {@code modeling_phi3}.
 */
final class Phi3 {
  private Phi3() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form = new LlamaForm(config);
    Windows windows = Windows.read(config, block -> true);
    int intermediate = config.size("intermediate_size");
    int projected = (form.heads + 2 * form.keyValueHeads) * form.headSize;
    return form.architecture(
        i -> {
          LinearLayer qkv =
              new LinearLayer(layer(i) + ".self_attn.qkv_proj", form.hidden, projected, false);
          LinearLayer gateUp =
              new LinearLayer(layer(i) + ".mlp.gate_up_proj", form.hidden, 2 * intermediate, false);
          MultiHeadAttention attention = form.attention(LinearGroup.of(qkv), false, layer(i));
          return form.block(
              layer(i),
              attention.with(attention.scores().within(windows.of(i))),
              form.gated(LinearGroup.of(gateUp), layer(i) + ".mlp", intermediate, false));
        });
  }
}
