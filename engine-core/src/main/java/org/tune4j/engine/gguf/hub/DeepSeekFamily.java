package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * DeepSeek-V2 and V3, which llama.cpp calls {@code deepseek2}. Files of 2025 and later have keys
 * and values of the latent vector in two tensors, older ones in one.
 */
final class DeepSeekFamily implements Family {
  private static final int SOFTMAX = 1;
  private static final int SIGMOID = 2;
  private static final String SHARED = "expert_shared_count";

  /** Far above every model, and far from what a size could overflow with. */
  private static final int MOST_SHARED = 1 << 10;

  private static final String GATING = "expert_gating_func";
  private static final String GROUPS = "expert_group_count";
  private static final String GROUPS_USED = "expert_group_used_count";
  private static final String KEY_LENGTH = "attention.key_length_mla";
  private static final String VALUE_LENGTH = "attention.value_length_mla";
  private static final String QUERY_RANK = "attention.q_lora_rank";
  private static final String LOG_MULTIPLIER = "rope.scaling.yarn_log_multiplier";

  private static final List<Field> FIELDS =
      List.of(
          Field.whole("leading_dense_block_count", "first_k_dense_replace", 0),
          Field.whole("attention.kv_lora_rank", "kv_lora_rank", 512),
          Field.whole("rope.dimension_count", "qk_rope_head_dim", 64),
          Field.whole("expert_count", "n_routed_experts", 64),
          Field.whole("expert_used_count", "num_experts_per_tok", 8),
          Field.whole(SHARED, "n_shared_experts", 0),
          Field.whole("expert_feed_forward_length", "moe_intermediate_size"));

  private static final Map<String, String> NAMES =
      TensorNames.llamaAnd(
          Map.ofEntries(
              Map.entry("self_attn.q_a_proj", "attn_q_a"),
              Map.entry("self_attn.q_a_layernorm", "attn_q_a_norm"),
              Map.entry("self_attn.q_b_proj", "attn_q_b"),
              Map.entry("self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa"),
              Map.entry("self_attn.kv_a_layernorm", "attn_kv_a_norm"),
              Map.entry("self_attn.kv_b_proj", "attn_kv_b"),
              Map.entry("mlp.gate", "ffn_gate_inp"),
              Map.entry("mlp.gate.e_score_correction", "exp_probs_b"),
              Map.entry("mlp.experts.N.gate_proj", "ffn_gate_exps"),
              Map.entry("mlp.experts.N.up_proj", "ffn_up_exps"),
              Map.entry("mlp.experts.N.down_proj", "ffn_down_exps"),
              Map.entry("mlp.shared_experts.gate_proj", "ffn_gate_shexp"),
              Map.entry("mlp.shared_experts.up_proj", "ffn_up_shexp"),
              Map.entry("mlp.shared_experts.down_proj", "ffn_down_shexp")));

  @Override
  public String architecture() {
    return "deepseek2";
  }

  @Override
  public List<String> modelTypes() {
    return List.of("deepseek_v2", "deepseek_v3");
  }

  @Override
  public void toHub(ModelHeader header, ObjectNode config) {
    Field.toHub(LlamaFields.SIZES, header, config);
    Field.toHub(FIELDS, header, config);
    if (header.size(SHARED) > MOST_SHARED) {
      throw header.refuse(SHARED, header.size(SHARED), "at most " + MOST_SHARED);
    }
    LlamaFields.vocabulary(header, config);
    int rotated = config.get("qk_rope_head_dim").intValue();
    int keys = header.size(header.has(KEY_LENGTH) ? KEY_LENGTH : LlamaFields.KEY_LENGTH);
    if (keys <= rotated) {
      throw header.refuse(KEY_LENGTH, keys, "more than the rotated " + rotated);
    }
    config.put("qk_nope_head_dim", keys - rotated);
    config.put(
        "v_head_dim",
        header.size(header.has(VALUE_LENGTH) ? VALUE_LENGTH : LlamaFields.VALUE_LENGTH));
    config.put("num_key_value_heads", config.get("num_attention_heads").intValue());
    if (header.has(QUERY_RANK) && header.hasTensor("blk.0.attn_q_a.weight")) {
      config.put("q_lora_rank", header.size(QUERY_RANK));
    }
    config.put("routed_scaling_factor", header.real("expert_weights_scale", 1));
    routing(header, config);
    Rope.toHub(header, config, rotated);
    magnitude(header, config);
  }

  private static void routing(ModelHeader header, ObjectNode config) {
    long gating = header.has(GATING) ? header.whole(GATING) : SOFTMAX;
    boolean normalised = header.flag("expert_weights_norm", false);
    if (gating == SIGMOID) {
      config.put("model_type", "deepseek_v3");
      config.put("norm_topk_prob", normalised);
      config.put("n_group", header.has(GROUPS) ? header.size(GROUPS) : 1);
      config.put("topk_group", header.has(GROUPS_USED) ? header.size(GROUPS_USED) : 1);
    } else if (gating == SOFTMAX) {
      config.put("model_type", "deepseek_v2");
      if (normalised) {
        throw header.refuse("expert_weights_norm", true, "false beside softmax");
      }
      boolean grouped = header.has(GROUPS) && header.whole(GROUPS) > 1;
      config.put("topk_method", grouped ? "group_limited_greedy" : "greedy");
      if (grouped) {
        config.put("n_group", header.size(GROUPS));
        config.put("topk_group", header.size(GROUPS_USED));
      }
    } else {
      throw header.refuse(GATING, gating, "1 (softmax) or 2 (sigmoid)");
    }
  }

  /** llama.cpp keeps a tenth of what the hub has, and takes both magnitudes for the same. */
  private static void magnitude(ModelHeader header, ObjectNode config) {
    if (header.has(LOG_MULTIPLIER)) {
      double all = Double.parseDouble(Float.toString((float) (header.real(LOG_MULTIPLIER) * 10)));
      if (config.path("rope_scaling") instanceof ObjectNode scaling) {
        scaling.put("mscale", all);
        scaling.put("mscale_all_dim", all);
      }
    }
  }

  @Override
  public void toGguf(HubConfig config, ArchitectureKeys keys) {
    boolean third = config.modelType().equals("deepseek_v3");
    int latent = config.whole("kv_lora_rank", 512);
    int rotated = config.whole("qk_rope_head_dim", 64);
    int value = config.whole("v_head_dim", 128);
    if (!config.flag("rope_interleave", true)) {
      throw config.refuse(
          "rope_interleave", false, "the architecture deepseek2 rotates neighbours");
    }
    Field.toGguf(LlamaFields.SIZES, config, keys);
    keys.whole("attention.head_count_kv", 1);
    Field.toGguf(FIELDS, config, keys);
    if (third && !config.has("n_routed_experts")) {
      keys.whole("expert_count", 256);
    }
    keys.whole("vocab_size", config.whole("vocab_size"));
    if (config.has("q_lora_rank")) {
      keys.whole(QUERY_RANK, config.whole("q_lora_rank"));
    }
    keys.whole(LlamaFields.KEY_LENGTH, latent + rotated);
    keys.whole(LlamaFields.VALUE_LENGTH, latent);
    keys.whole(KEY_LENGTH, config.whole("qk_nope_head_dim", 128) + rotated);
    keys.whole(VALUE_LENGTH, value);
    keys.real("expert_weights_scale", config.number("routed_scaling_factor", third ? 2.5 : 1));
    keys.whole(GATING, third ? SIGMOID : SOFTMAX);
    boolean grouped = third || config.text("topk_method", "").equals("group_limited_greedy");
    if (grouped) {
      keys.whole(GROUPS, config.whole("n_group", 8));
      keys.whole(GROUPS_USED, config.whole("topk_group", 4));
    }
    if (third) {
      keys.flag("expert_weights_norm", config.flag("norm_topk_prob", true));
    }
    Rope.toGguf(config, keys, rotated);
    HubConfig scaling = config.rope();
    if (config.ropeType().equals("yarn") && scaling.number("mscale_all_dim", 0) > 0) {
      keys.real(LOG_MULTIPLIER, 0.1 * scaling.number("mscale_all_dim", 0));
    }
  }

  @Override
  public TensorNames names(HubConfig config) {
    int heads = config.whole("num_attention_heads");
    int plain = config.whole("qk_nope_head_dim", 128);
    int value = config.whole("v_head_dim", 128);
    boolean third = config.modelType().equals("deepseek_v3");
    return new TensorNames(
        TensorNames.LLAMA_WHOLE,
        NAMES,
        config.whole("n_routed_experts", third ? 256 : 64),
        (block, module) ->
            module.equals("self_attn.kv_b_proj")
                ? new Form.KeysAndValues(
                    "blk." + block + ".attn_k_b.weight",
                    "blk." + block + ".attn_v_b.weight",
                    heads,
                    plain,
                    value)
                : Form.SAME);
  }
}
