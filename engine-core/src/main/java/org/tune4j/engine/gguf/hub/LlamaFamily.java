package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * Llama, Mistral and Mixtral, which llama.cpp calls {@code llama}. Rows of queries and keys are
 * turned. llama.cpp knows no window there; it is written all the same, so that it is not lost.
 */
final class LlamaFamily implements Family {
  private static final String WINDOW = "attention.sliding_window";

  private static final List<Field> EXPERTS =
      List.of(
          Field.whole("expert_count", "num_local_experts", 8),
          Field.whole("expert_used_count", "num_experts_per_tok", 2));

  private static final Map<String, String> NAMES =
      TensorNames.llamaAnd(
          Map.of(
              "block_sparse_moe.gate", "ffn_gate_inp",
              "block_sparse_moe.experts.N.w1", "ffn_gate_exps",
              "block_sparse_moe.experts.N.w3", "ffn_up_exps",
              "block_sparse_moe.experts.N.w2", "ffn_down_exps"));

  @Override
  public String architecture() {
    return "llama";
  }

  @Override
  public List<String> modelTypes() {
    return List.of("llama", "mistral", "mixtral");
  }

  @Override
  public void toHub(ModelHeader header, ObjectNode config) {
    boolean window = header.has(WINDOW) && header.whole(WINDOW) > 0;
    LlamaFields.toHub(header, config);
    if (header.has("expert_count") && header.whole("expert_count") > 0) {
      config.put("model_type", "mixtral");
      Field.toHub(EXPERTS, header, config);
    } else {
      config.put("model_type", window ? "mistral" : "llama");
      config.put("attention_bias", header.hasTensor("blk.0.attn_q.bias"));
      config.put("mlp_bias", header.hasTensor("blk.0.ffn_gate.bias"));
    }
    if (window) {
      config.put("sliding_window", header.size(WINDOW));
    }
  }

  @Override
  public void toGguf(HubConfig config, ArchitectureKeys keys) {
    LlamaFields.toGguf(config, keys);
    if (config.modelType().equals("mixtral")) {
      Field.toGguf(EXPERTS, config, keys);
    }
    if (!config.modelType().equals("llama") && config.number("sliding_window", 0) != 0) {
      keys.whole(WINDOW, config.whole("sliding_window"));
    }
  }

  @Override
  public TensorNames names(HubConfig config) {
    int heads = config.whole("num_attention_heads");
    int keyValueHeads = config.keyValueHeads();
    return new TensorNames(
        TensorNames.LLAMA_WHOLE,
        NAMES,
        config.whole("num_local_experts", 8),
        (block, module) ->
            switch (module) {
              case "self_attn.q_proj" -> new Form.Turned(heads);
              case "self_attn.k_proj" -> new Form.Turned(keyValueHeads);
              default -> Form.SAME;
            });
  }
}
