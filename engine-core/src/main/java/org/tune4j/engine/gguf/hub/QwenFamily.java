package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Qwen2 and Qwen3. llama.cpp knows no window there, and none is written. */
record QwenFamily(String architecture) implements Family {
  private static final Map<String, String> NAMES =
      TensorNames.llamaAnd(
          Map.of("self_attn.q_norm", "attn_q_norm", "self_attn.k_norm", "attn_k_norm"));

  @Override
  public List<String> modelTypes() {
    return List.of(architecture);
  }

  @Override
  public void toHub(ModelHeader header, ObjectNode config) {
    config.put("model_type", architecture);
    LlamaFields.toHub(header, config);
    if (architecture.equals("qwen3")) {
      config.put("attention_bias", header.hasTensor("blk.0.attn_q.bias"));
    }
  }

  @Override
  public void toGguf(HubConfig config, ArchitectureKeys keys) {
    LlamaFields.toGguf(config, keys);
  }

  @Override
  public TensorNames names(HubConfig config) {
    return new TensorNames(TensorNames.LLAMA_WHOLE, NAMES, 0, (block, module) -> Form.SAME);
  }
}
