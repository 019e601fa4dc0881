package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import java.util.List;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.AttentionSpec;
import org.tune4j.engine.model.ExpertFeedForward;
import org.tune4j.engine.model.FeedForwardSpec;
import org.tune4j.engine.model.LatentAttention;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.NormSpec;
import org.tune4j.engine.model.RopeSpec;
import org.tune4j.engine.model.RoutingSpec;

/**
 * DeepSeek-V2, DeepSeek-V3, DeepSeek-R1 and what shares their form, as Moonlight: latent attention,
 * and experts after the first blocks. Source: transformers' {@code modeling_deepseek_v2} and {@code
 * modeling_deepseek_v3}, and the hub's {@code modeling_deepseek}.
 */
final class DeepSeek {
  /** Of the norms inside attention, whatever the configuration says of the others. */
  private static final double INNER_EPSILON = 1e-6;

  private final ConfigJson config;
  private final LlamaForm form;
  private final RoutingSpec routing;
  private final RopeSpec rope;
  private final double scale;
  private final boolean mlpBias;

  private DeepSeek(ConfigJson config, RoutingSpec routing) {
    this.config = config;
    this.routing = routing;
    int turned = config.size("qk_rope_head_dim", 64);
    this.form = new LlamaForm(config);
    double theta = config.number("rope_theta", 10000, false);
    RopeSpec read = Ropes.read(config, turned, theta);
    this.rope =
        new RopeSpec(
            read.inverseFrequencies(),
            read.factor(),
            config.flag("rope_interleave", true),
            read.stretch());
    double magnitude = Ropes.scoreMagnitude(config, turned, theta);
    int plain = config.size("qk_nope_head_dim", 128);
    this.scale = magnitude * magnitude / Math.sqrt(plain + turned);
    this.mlpBias = config.flag("mlp_bias", false);
  }

  static Architecture describeV2(ConfigJson config) {
    config.requireOneOf("scoring_func", "softmax");
    String method = config.requireOneOf("topk_method", "greedy", "group_limited_greedy");
    boolean grouped = "group_limited_greedy".equals(method);
    return new DeepSeek(
            config,
            config.routing(
                () ->
                    new RoutingSpec(
                        RoutingSpec.Scoring.SOFTMAX,
                        config.size("n_routed_experts", 64),
                        config.size("num_experts_per_tok"),
                        grouped ? config.size("n_group") : 1,
                        grouped ? config.size("topk_group") : 1,
                        false,
                        config.number("routed_scaling_factor", 1, false),
                        Optional.empty())))
        .architecture();
  }

  static Architecture describeV3(ConfigJson config) {
    config.requireOneOf("scoring_func", "sigmoid");
    config.requireOneOf("topk_method", "noaux_tc");
    return new DeepSeek(
            config,
            config.routing(
                () ->
                    new RoutingSpec(
                        RoutingSpec.Scoring.SIGMOID_CORRECTED,
                        config.size("n_routed_experts", 256),
                        config.size("num_experts_per_tok", 8),
                        config.size("n_group", 8),
                        config.size("topk_group", 4),
                        config.flag("norm_topk_prob", true),
                        config.number("routed_scaling_factor", 2.5, false),
                        Optional.empty())))
        .architecture();
  }

  private Architecture architecture() {
    int layers = config.size("num_hidden_layers");
    int dense = config.count("first_k_dense_replace", 0);
    int every = config.size("moe_layer_freq", 1);
    int intermediate = config.size("intermediate_size");
    Architecture plain =
        form.architecture(
            i ->
                form.block(
                    layer(i),
                    attention(layer(i) + ".self_attn."),
                    i >= dense && i % every == 0
                        ? experts(layer(i) + ".mlp")
                        : form.gated(layer(i) + ".mlp", intermediate, mlpBias)));
    // The hub's files have one more block, which foretells a second token.
    return plain.ignoring(List.of("model\\.layers\\." + layers + "\\..*"));
  }

  private AttentionSpec attention(String self) {
    int hidden = form.hidden;
    int heads = form.heads;
    int plain = config.size("qk_nope_head_dim", 128);
    int turned = 2 * rope.inverseFrequencies().size();
    int value = config.size("v_head_dim", 128);
    int latent = config.size("kv_lora_rank", 512);
    boolean bias = config.flag("attention_bias", false);
    boolean small = config.has("q_lora_rank");
    int queries = heads * (plain + turned);
    int rank = small ? config.size("q_lora_rank") : 0;
    LinearLayer first =
        small
            ? new LinearLayer(self + "q_a_proj", hidden, rank, bias)
            : new LinearLayer(self + "q_proj", hidden, queries, false);
    LinearLayer second =
        new LinearLayer(self + "kv_a_proj_with_mqa", hidden, latent + turned, bias);
    return new LatentAttention(
        new LinearGroup(self + "down", List.of(first, second)),
        small ? Optional.of(norm(self + "q_a_layernorm", rank)) : Optional.empty(),
        small
            ? Optional.of(LinearGroup.of(new LinearLayer(self + "q_b_proj", rank, queries, false)))
            : Optional.empty(),
        norm(self + "kv_a_layernorm", latent),
        LinearGroup.of(new LinearLayer(self + "kv_b_proj", latent, heads * (plain + value), false)),
        heads,
        plain,
        value,
        rope,
        scale,
        LinearGroup.of(new LinearLayer(self + "o_proj", heads * value, hidden, bias)));
  }

  private static NormSpec norm(String module, int size) {
    return new NormSpec(module, size, NormSpec.Kind.RMS, INNER_EPSILON);
  }

  private FeedForwardSpec experts(String module) {
    int each = config.size("moe_intermediate_size");
    int shared = config.count("n_shared_experts", 0);
    ExpertFeedForward experts =
        new Experts(module, module + ".experts", form.hidden, each, form.activation).of(routing);
    return shared == 0
        ? experts
        : Experts.beside(
            experts,
            form.gated(module + ".shared_experts", shared * each, mlpBias),
            Optional.empty());
  }
}
