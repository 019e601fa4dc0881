package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Phi-3 and Phi-4-mini. llama.cpp reads the window and does not use it. */
final class Phi3Family implements Family {
  private static final String WINDOW = "attention.sliding_window";

  private static final Map<String, String> NAMES =
      TensorNames.llamaAnd(Map.of("self_attn.qkv_proj", "attn_qkv", "mlp.gate_up_proj", "ffn_up"));

  @Override
  public String architecture() {
    return "phi3";
  }

  @Override
  public List<String> modelTypes() {
    return List.of("phi3");
  }

  @Override
  public void toHub(ModelHeader header, ObjectNode config) {
    config.put("model_type", "phi3");
    LlamaFields.toHub(header, config);
    if (header.has(WINDOW) && header.whole(WINDOW) > 0) {
      config.put("sliding_window", header.size(WINDOW));
    }
  }

  @Override
  public void toGguf(HubConfig config, ArchitectureKeys keys) {
    int rotated = (int) (config.headSize() * LlamaFields.rotatedShare(config));
    LlamaFields.toGguf(config, keys, rotated);
    // Without it llama.cpp takes that of the first models.
    boolean any = config.number("sliding_window", 0) != 0;
    keys.whole(WINDOW, any ? config.whole("sliding_window") : 0);
  }

  @Override
  public TensorNames names(HubConfig config) {
    return new TensorNames(TensorNames.LLAMA_WHOLE, NAMES, 0, (block, module) -> Form.SAME);
  }
}
