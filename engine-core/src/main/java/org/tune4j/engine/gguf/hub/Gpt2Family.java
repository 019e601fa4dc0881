package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** GPT-2, whose matrices a GGUF file has with the outputs first, as memory does. */
final class Gpt2Family implements Family {
  private static final List<Field> FIELDS =
      List.of(
          Field.whole("block_count", "n_layer", 12),
          Field.whole("context_length", "n_positions", 1024),
          Field.whole("embedding_length", "n_embd", 768),
          Field.whole("attention.head_count", "n_head", 12),
          Field.real("attention.layer_norm_epsilon", "layer_norm_epsilon", 1e-5));

  private static final String INNER = "feed_forward_length";

  private static final Map<String, String> WHOLE =
      Map.of(
          "transformer.wte", "token_embd",
          "transformer.wpe", "position_embd",
          "transformer.ln_f", "output_norm",
          "lm_head", "output");

  private static final Map<String, String> IN_BLOCKS =
      Map.of(
          "ln_1", "attn_norm",
          "attn.c_attn", "attn_qkv",
          "attn.c_proj", "attn_output",
          "ln_2", "ffn_norm",
          "mlp.c_fc", "ffn_up",
          "mlp.c_proj", "ffn_down");

  @Override
  public String architecture() {
    return "gpt2";
  }

  @Override
  public List<String> modelTypes() {
    return List.of("gpt2");
  }

  @Override
  public void toHub(ModelHeader header, ObjectNode config) {
    config.put("model_type", "gpt2");
    Field.toHub(FIELDS, header, config);
    config.put("n_inner", header.size(INNER));
    LlamaFields.vocabulary(header, config);
  }

  @Override
  public void toGguf(HubConfig config, ArchitectureKeys keys) {
    Field.toGguf(FIELDS, config, keys);
    keys.whole(INNER, config.whole("n_inner", 4 * config.whole("n_embd", 768)));
  }

  @Override
  public TensorNames names(HubConfig config) {
    return new TensorNames(WHOLE, IN_BLOCKS, 0, (block, module) -> Form.SAME);
  }
}
