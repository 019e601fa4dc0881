package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Gemma 2: norms greater by one, tied. The scale of scores follows from the sizes. */
final class Gemma2Family implements Family {
  /** Of the model whose scores are scaled by the share of a head, not by its size. */
  private static final int BLOCKS_OF_27B = 46;

  private static final List<Field> OWN =
      List.of(
          Field.optional("attn_logit_softcapping", "attn_logit_softcapping", true),
          Field.optional("final_logit_softcapping", "final_logit_softcapping", true),
          Field.whole("attention.sliding_window", "sliding_window", 4096));

  private static final Map<String, String> NAMES =
      TensorNames.llamaAnd(
          Map.of(
              "post_attention_layernorm", "post_attention_norm",
              "pre_feedforward_layernorm", "ffn_norm",
              "post_feedforward_layernorm", "post_ffw_norm"));

  @Override
  public String architecture() {
    return "gemma2";
  }

  @Override
  public List<String> modelTypes() {
    return List.of("gemma2");
  }

  @Override
  public void toHub(ModelHeader header, ObjectNode config) {
    config.put("model_type", "gemma2");
    LlamaFields.toHub(header, config);
    Field.toHub(OWN, header, config);
    int headSize = new HubConfig(header.file().path(), config).headSize();
    long share = header.whole("embedding_length") / header.whole("attention.head_count");
    boolean large = header.whole("block_count") == BLOCKS_OF_27B;
    config.put("query_pre_attn_scalar", large ? share : headSize);
  }

  @Override
  public void toGguf(HubConfig config, ArchitectureKeys keys) {
    int headSize = config.headSize();
    boolean large = config.whole("num_hidden_layers") == BLOCKS_OF_27B;
    int wanted =
        large ? config.whole("hidden_size") / config.whole("num_attention_heads") : headSize;
    double scalar = config.number("query_pre_attn_scalar", 256);
    if (scalar != wanted) {
      throw config.refuse(
          "query_pre_attn_scalar", scalar, "the architecture gemma2 takes " + wanted);
    }
    LlamaFields.toGguf(config, keys);
    Field.toGguf(OWN, config, keys);
  }

  @Override
  public TensorNames names(HubConfig config) {
    return new TensorNames(
        TensorNames.LLAMA_WHOLE,
        NAMES,
        0,
        (block, module) -> module.endsWith("norm") ? Form.PLUS_ONE : Form.SAME);
  }
}
