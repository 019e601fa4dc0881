package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.DenseFeedForward;
import org.tune4j.engine.model.EmbeddingSpec;
import org.tune4j.engine.model.LanguageHead;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.MultiHeadAttention;
import org.tune4j.engine.model.NormSpec;
import org.tune4j.engine.model.RopeSpec;
import org.tune4j.engine.model.ScoreRule;

/** GPT-NeoX and Pythia. Source: transformers' {@code modeling_gpt_neox}. */
final class GptNeoX {
  private GptNeoX() {}

  static Architecture describe(ConfigJson config) {
    int hidden = config.size("hidden_size");
    int intermediate = config.size("intermediate_size");
    int heads = config.size("num_attention_heads");
    int headSize = config.divided("num_attention_heads", heads, "hidden_size", hidden);
    double epsilon = config.number("layer_norm_eps", 1e-5, true);
    boolean bias = config.flag("attention_bias", true);
    RopeSpec rope =
        Ropes.read(
            config,
            Ropes.rotated(config, headSize, "rotary_pct", 0.25),
            config.number("rotary_emb_base", config.number("rope_theta", 10000), false));
    String activation = Activations.read(config, "hidden_act", "gelu");
    BlockSpec.Residual residual =
        config.flag("use_parallel_residual", true)
            ? BlockSpec.Residual.PARALLEL
            : BlockSpec.Residual.SEQUENTIAL;
    List<BlockSpec> blocks = new ArrayList<>();
    for (int i = 0; i < config.size("num_hidden_layers"); i++) {
      String layer = "gpt_neox.layers." + i + ".";
      blocks.add(
          new BlockSpec(
              BlockSpec.Norms.before(layerNorm(layer + "input_layernorm", hidden, epsilon)),
              new MultiHeadAttention(
                  LinearGroup.of(
                      new LinearLayer(
                          layer + "attention.query_key_value", hidden, 3 * hidden, bias)),
                  heads,
                  heads,
                  headSize,
                  MultiHeadAttention.Layout.PER_HEAD,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(rope),
                  ScoreRule.causal(1 / Math.sqrt(headSize)),
                  LinearGroup.of(new LinearLayer(layer + "attention.dense", hidden, hidden, bias))),
              BlockSpec.Norms.before(
                  layerNorm(layer + "post_attention_layernorm", hidden, epsilon)),
              new DenseFeedForward(
                  LinearGroup.of(
                      new LinearLayer(layer + "mlp.dense_h_to_4h", hidden, intermediate, true)),
                  false,
                  activation,
                  LinearGroup.of(
                      new LinearLayer(layer + "mlp.dense_4h_to_h", intermediate, hidden, true))),
              residual));
    }
    return new Architecture(
        config.text("model_type"),
        config.size("vocab_size"),
        hidden,
        config.size("max_position_embeddings", 2048),
        EmbeddingSpec.of("gpt_neox.embed_in"),
        blocks,
        Optional.of(layerNorm("gpt_neox.final_layer_norm", hidden, epsilon)),
        new LanguageHead(
            new LinearLayer("embed_out", hidden, config.size("vocab_size"), false),
            config.flag("tie_word_embeddings", false),
            0),
        List.of(
            ".*\\.rotary_emb\\.inv_freq", ".*\\.attention\\.bias", ".*\\.attention\\.masked_bias"),
        config.ids("eos_token_id"));
  }

  private static NormSpec layerNorm(String module, int size, double epsilon) {
    return new NormSpec(module, size, NormSpec.Kind.LAYER, epsilon);
  }
}
