package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.AttentionSpec;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.FeedForwardSpec;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.NormSpec;

/**
 * Llama and what shares its form: DeepSeek-LLM, DeepSeek-R1-Distill-Llama, SmolLM2. Source:
 * transformers' {@code modeling_llama}.
 */
final class Llama {
  private Llama() {}

  static Architecture describe(ConfigJson config) {
    boolean bias = config.flag("attention_bias", false);
    return describe(config, bias, bias);
  }

  /** The shared form; families differ in which projections have a bias. */
  static Architecture describe(ConfigJson config, boolean qkvBias, boolean outBias) {
    int hidden = config.size("hidden_size");
    int intermediate = config.size("intermediate_size");
    int heads = config.size("num_attention_heads");
    int keyValueHeads = config.size("num_key_value_heads", heads);
    int headSize =
        config.has("head_dim") ? config.size("head_dim") : config.dividedByHeads(hidden, heads);
    if (heads % keyValueHeads != 0) {
      config.refuse("num_key_value_heads", "it must divide num_attention_heads = " + heads);
    }
    double epsilon = config.number("rms_norm_eps", 1e-6, true);
    boolean mlpBias = config.flag("mlp_bias", false);
    AttentionSpec attention =
        new AttentionSpec(
            heads,
            keyValueHeads,
            headSize,
            AttentionSpec.Layout.CONCATENATED,
            Ropes.read(config, headSize, config.number("rope_theta", 10000, false)),
            1 / Math.sqrt(headSize));
    FeedForwardSpec feedForward =
        new FeedForwardSpec(
            FeedForwardSpec.Kind.GATED, Activations.read(config, "hidden_act", "silu"));
    List<BlockSpec> blocks = new ArrayList<>();
    for (int i = 0; i < config.size("num_hidden_layers"); i++) {
      String layer = "model.layers." + i;
      String self = layer + ".self_attn.";
      String mlp = layer + ".mlp.";
      blocks.add(
          new BlockSpec(
              rms(layer + ".input_layernorm", hidden, epsilon),
              new LinearGroup(
                  self + "qkv",
                  List.of(
                      new LinearLayer(self + "q_proj", hidden, heads * headSize, qkvBias),
                      new LinearLayer(self + "k_proj", hidden, keyValueHeads * headSize, qkvBias),
                      new LinearLayer(self + "v_proj", hidden, keyValueHeads * headSize, qkvBias))),
              attention,
              alone(new LinearLayer(self + "o_proj", heads * headSize, hidden, outBias)),
              rms(layer + ".post_attention_layernorm", hidden, epsilon),
              new LinearGroup(
                  mlp + "gate_up",
                  List.of(
                      new LinearLayer(mlp + "gate_proj", hidden, intermediate, mlpBias),
                      new LinearLayer(mlp + "up_proj", hidden, intermediate, mlpBias))),
              feedForward,
              alone(new LinearLayer(mlp + "down_proj", intermediate, hidden, mlpBias)),
              BlockSpec.Residual.SEQUENTIAL));
    }
    return new Architecture(
        config.text("model_type"),
        config.size("vocab_size"),
        hidden,
        config.size("max_position_embeddings", 2048),
        "model.embed_tokens",
        blocks,
        rms("model.norm", hidden, epsilon),
        new LinearLayer("lm_head", hidden, config.size("vocab_size"), false),
        config.flag("tie_word_embeddings", false),
        List.of(".*\\.rotary_emb\\.inv_freq"),
        config.ids("eos_token_id"));
  }

  private static NormSpec rms(String module, int size, double epsilon) {
    return new NormSpec(module, size, NormSpec.Kind.RMS, epsilon);
  }

  static LinearGroup alone(LinearLayer layer) {
    return new LinearGroup(layer.module(), List.of(layer));
  }
}
