package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.MultiHeadAttention;
import org.tune4j.engine.model.RoutingSpec;

/**
 * Mixtral: Mistral with experts. Source: transformers' {@code modeling_mixtral}, whose files keep
 * the names of older ones.
 */
final class Mixtral {
  private Mixtral() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form = new LlamaForm(config);
    Windows windows = Windows.read(config, block -> true);
    int intermediate = config.size("intermediate_size");
    RoutingSpec routing =
        config.routing(
            () ->
                RoutingSpec.softmax(
                    config.size("num_local_experts", 8),
                    config.size("num_experts_per_tok", 2),
                    true,
                    config.routerLoss()));
    return form.architecture(
        i -> {
          MultiHeadAttention attention = form.attention(layer(i), false, false);
          return form.block(
              layer(i),
              attention.with(attention.scores().within(windows.of(i))),
              new Experts(
                      layer(i) + ".block_sparse_moe",
                      layer(i) + ".mlp.experts",
                      form.hidden,
                      intermediate,
                      form.activation)
                  .of(routing, "w1", "w3", "w2"));
        });
  }
}
