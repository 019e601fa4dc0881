package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import java.util.List;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.FeedForwardSpec;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.MultiHeadAttention;
import org.tune4j.engine.model.RoutingSpec;

/**
 * Qwen1.5-MoE and Qwen2-MoE: Qwen2 with experts in some blocks, and a gated part that all tokens
 * share. Source: transformers' {@code modeling_qwen2_moe}.
 */
final class Qwen2Moe {
  private Qwen2Moe() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form = new LlamaForm(config);
    Windows windows = Qwen2.windows(config);
    boolean bias = config.flag("qkv_bias", true);
    int intermediate = config.size("intermediate_size");
    int step = config.size("decoder_sparse_step", 1);
    List<Integer> dense = config.ids("mlp_only_layers");
    RoutingSpec routing =
        config.routing(
            () ->
                RoutingSpec.softmax(
                    config.size("num_experts"),
                    config.size("num_experts_per_tok"),
                    config.flag("norm_topk_prob", false),
                    config.routerLoss()));
    return form.architecture(
        i -> {
          MultiHeadAttention attention = form.attention(layer(i), bias, false);
          boolean sparse = !dense.contains(i) && (i + 1) % step == 0;
          return form.block(
              layer(i),
              attention.with(attention.scores().within(windows.of(i))),
              sparse
                  ? experts(config, form, layer(i) + ".mlp", routing)
                  : form.gated(layer(i) + ".mlp", intermediate, false));
        });
  }

  private static FeedForwardSpec experts(
      ConfigJson config, LlamaForm form, String module, RoutingSpec routing) {
    LinearLayer gate = new LinearLayer(module + ".shared_expert_gate", form.hidden, 1, false);
    int each = config.size("moe_intermediate_size");
    int shared = config.size("shared_expert_intermediate_size");
    return Experts.beside(
        new Experts(module, module + ".experts", form.hidden, each, form.activation).of(routing),
        form.gated(module + ".shared_expert", shared, false),
        Optional.of(LinearGroup.of(gate)));
  }
}
