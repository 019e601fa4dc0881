package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Qwen1.5-MoE and Qwen2-MoE: experts in every block, whose weights are not normalised. */
final class Qwen2MoeFamily implements Family {
  private static final List<Field> EXPERTS =
      List.of(
          Field.whole("expert_count", "num_experts"),
          Field.whole("expert_used_count", "num_experts_per_tok"),
          Field.whole("expert_feed_forward_length", "moe_intermediate_size"),
          Field.whole("expert_shared_feed_forward_length", "shared_expert_intermediate_size"));

  private static final Map<String, String> NAMES =
      TensorNames.llamaAnd(
          Map.of(
              "mlp.gate", "ffn_gate_inp",
              "mlp.experts.N.gate_proj", "ffn_gate_exps",
              "mlp.experts.N.up_proj", "ffn_up_exps",
              "mlp.experts.N.down_proj", "ffn_down_exps",
              "mlp.shared_expert_gate", "ffn_gate_inp_shexp",
              "mlp.shared_expert.gate_proj", "ffn_gate_shexp",
              "mlp.shared_expert.up_proj", "ffn_up_shexp",
              "mlp.shared_expert.down_proj", "ffn_down_shexp"));

  @Override
  public String architecture() {
    return "qwen2moe";
  }

  @Override
  public List<String> modelTypes() {
    return List.of("qwen2_moe");
  }

  @Override
  public void toHub(ModelHeader header, ObjectNode config) {
    config.put("model_type", "qwen2_moe");
    LlamaFields.toHub(header, config);
    Field.toHub(EXPERTS, header, config);
    config.put("qkv_bias", header.hasTensor("blk.0.attn_q.bias"));
    config.put("norm_topk_prob", header.flag("expert_weights_norm", false));
  }

  @Override
  public void toGguf(HubConfig config, ArchitectureKeys keys) {
    if (config.flag("norm_topk_prob", false)) {
      throw config.refuse("norm_topk_prob", true, "the architecture qwen2moe never normalises");
    }
    int step = config.whole("decoder_sparse_step", 1);
    if (step != 1 || !config.json().path("mlp_only_layers").isEmpty()) {
      throw config.refuse(
          "decoder_sparse_step", step, "the architecture qwen2moe has experts in every block");
    }
    LlamaFields.toGguf(config, keys);
    Field.toGguf(EXPERTS, config, keys);
  }

  @Override
  public TensorNames names(HubConfig config) {
    return new TensorNames(
        TensorNames.LLAMA_WHOLE, NAMES, config.whole("num_experts"), (block, module) -> Form.SAME);
  }
}
