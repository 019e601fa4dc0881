package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.AttentionSpec;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.BlockSpec.Norms;
import org.tune4j.engine.model.DenseFeedForward;
import org.tune4j.engine.model.EmbeddingSpec;
import org.tune4j.engine.model.FeedForwardSpec;
import org.tune4j.engine.model.LanguageHead;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.MultiHeadAttention;
import org.tune4j.engine.model.NormSpec;
import org.tune4j.engine.model.RopeSpec;
import org.tune4j.engine.model.ScoreRule;

/** What Llama and the decoders that came after it have in common, from their configuration. */
final class LlamaForm {
  final int hidden;
  final int heads;
  final int keyValueHeads;
  final int headSize;
  final String activation;
  private final RopeSpec rope;
  private final ConfigJson config;
  private final double epsilon;
  private final NormSpec.Kind norms;

  LlamaForm(ConfigJson config) {
    this(config, NormSpec.Kind.RMS, "hidden_act", "silu");
  }

  /**
   * @param activation the field that names it
   * @param otherwise where it is missing
   */
  LlamaForm(ConfigJson config, NormSpec.Kind norms, String activation, String otherwise) {
    this.norms = norms;
    this.config = config;
    this.hidden = config.size("hidden_size");
    this.heads = config.size("num_attention_heads");
    this.keyValueHeads = config.size("num_key_value_heads", heads);
    this.headSize =
        config.has("head_dim")
            ? config.size("head_dim")
            : config.divided("num_attention_heads", heads, "hidden_size", hidden);
    if (heads % keyValueHeads != 0) {
      config.refuse("num_key_value_heads", "it must divide num_attention_heads = " + heads);
    }
    this.epsilon = config.number("rms_norm_eps", 1e-6, true);
    this.rope =
        Ropes.read(
            config,
            Ropes.rotated(config, headSize, "partial_rotary_factor", 1),
            config.number("rope_theta", 10000, false));
    this.activation = Activations.read(config, activation, otherwise);
  }

  /** The module path of a block. */
  static String layer(int block) {
    return "model.layers." + block;
  }

  /** The model with these blocks. */
  Architecture architecture(IntFunction<BlockSpec> block) {
    return architecture(EmbeddingSpec.of("model.embed_tokens"), false, 0, block);
  }

  /**
   * The model with these blocks.
   *
   * @param tied whether the output layer is tied where the configuration leaves it out
   * @param scoreCap of the output layer; 0 for none
   */
  Architecture architecture(
      EmbeddingSpec embedding, boolean tied, double scoreCap, IntFunction<BlockSpec> block) {
    List<BlockSpec> blocks = new ArrayList<>();
    for (int i = 0; i < config.size("num_hidden_layers"); i++) {
      blocks.add(block.apply(i));
    }
    return new Architecture(
        config.text("model_type"),
        config.size("vocab_size"),
        hidden,
        config.size("max_position_embeddings", 2048),
        embedding,
        blocks,
        Optional.of(rms("model.norm")),
        new LanguageHead(
            new LinearLayer("lm_head", hidden, config.size("vocab_size"), false),
            config.flag("tie_word_embeddings", tied),
            scoreCap),
        List.of(".*\\.rotary_emb\\.inv_freq"),
        config.ids("eos_token_id"));
  }

  /** A block with a norm before each half. */
  BlockSpec block(String layer, AttentionSpec attention, FeedForwardSpec feedForward) {
    return new BlockSpec(
        Norms.before(rms(layer + ".input_layernorm")),
        attention,
        Norms.before(rms(layer + ".post_attention_layernorm")),
        feedForward,
        BlockSpec.Residual.SEQUENTIAL);
  }

  /** Attention with layers {@code q_proj, k_proj, v_proj, o_proj}. */
  MultiHeadAttention attention(String layer, boolean qkvBias, boolean outBias) {
    String self = layer + ".self_attn.";
    return attention(
        new LinearGroup(
            self + "qkv",
            List.of(
                new LinearLayer(self + "q_proj", hidden, heads * headSize, qkvBias),
                new LinearLayer(self + "k_proj", hidden, keyValueHeads * headSize, qkvBias),
                new LinearLayer(self + "v_proj", hidden, keyValueHeads * headSize, qkvBias))),
        outBias,
        layer);
  }

  /** Attention whose queries, keys and values come of one product, and then {@code o_proj}. */
  MultiHeadAttention attention(LinearGroup queryKeyValue, boolean outBias, String layer) {
    return new MultiHeadAttention(
        queryKeyValue,
        heads,
        keyValueHeads,
        headSize,
        MultiHeadAttention.Layout.CONCATENATED,
        Optional.empty(),
        Optional.empty(),
        Optional.of(rope),
        ScoreRule.causal(1 / Math.sqrt(headSize)),
        LinearGroup.of(
            new LinearLayer(layer + ".self_attn.o_proj", heads * headSize, hidden, outBias)));
  }

  /** A gated feed-forward part with layers {@code gate_proj, up_proj, down_proj}. */
  DenseFeedForward gated(String mlp, int intermediate, boolean bias) {
    LinearGroup gateUp =
        new LinearGroup(
            mlp + ".gate_up",
            List.of(
                new LinearLayer(mlp + ".gate_proj", hidden, intermediate, bias),
                new LinearLayer(mlp + ".up_proj", hidden, intermediate, bias)));
    return gated(gateUp, mlp, intermediate, bias);
  }

  /**
   * A gated feed-forward part whose gate and up come of one product, and then {@code down_proj}.
   */
  DenseFeedForward gated(LinearGroup gateUp, String mlp, int intermediate, boolean bias) {
    return new DenseFeedForward(
        gateUp,
        true,
        activation,
        LinearGroup.of(new LinearLayer(mlp + ".down_proj", intermediate, hidden, bias)));
  }

  NormSpec rms(String module) {
    return rms(module, hidden);
  }

  NormSpec rms(String module, int size) {
    return new NormSpec(module, size, norms, epsilon);
  }
}
