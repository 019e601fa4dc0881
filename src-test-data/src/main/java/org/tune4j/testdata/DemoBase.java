package org.tune4j.testdata;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The demo's base model as its configuration files say it: a Llama of 2.8 million parameters. */
final class DemoBase {
  private static final int END_OF_TEXT = DemoTokenizer.SPECIAL.indexOf(DemoTokenizer.END_OF_TEXT);
  private static final int MESSAGE_END = DemoTokenizer.SPECIAL.indexOf(DemoTokenizer.MESSAGE_END);
  private static final int VOCABULARY_STEP = 64;

  private DemoBase() {}

  /**
   * The content of {@code config.json}.
   *
   * @param tokens the size of the tokenizer's vocabulary; the model's is rounded up to a multiple
   *     of 64
   */
  static Map<String, Object> configJson(int tokens) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("LlamaForCausalLM"));
    config.put("attention_bias", false);
    config.put("attention_dropout", 0.0);
    config.put("bos_token_id", END_OF_TEXT);
    config.put("eos_token_id", MESSAGE_END);
    config.put("head_dim", 32);
    config.put("hidden_act", "silu");
    config.put("hidden_size", 192);
    config.put("initializer_range", 0.02);
    config.put("intermediate_size", 512);
    config.put("max_position_embeddings", DemoTokenizer.LONGEST_TEXT);
    config.put("mlp_bias", false);
    config.put("model_type", "llama");
    config.put("num_attention_heads", 6);
    config.put("num_hidden_layers", 6);
    config.put("num_key_value_heads", 2);
    config.put("pad_token_id", END_OF_TEXT);
    config.put("rms_norm_eps", 1e-5);
    config.put("rope_scaling", null);
    config.put("rope_theta", 10000.0);
    config.put("tie_word_embeddings", true);
    config.put("torch_dtype", "bfloat16");
    config.put("use_cache", true);
    config.put("vocab_size", (tokens + VOCABULARY_STEP - 1) / VOCABULARY_STEP * VOCABULARY_STEP);
    return config;
  }

  /** The content of {@code generation_config.json}: greedy, ended by the message's end. */
  static Map<String, Object> generationJson() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("bos_token_id", END_OF_TEXT);
    config.put("do_sample", false);
    config.put("eos_token_id", MESSAGE_END);
    config.put("pad_token_id", END_OF_TEXT);
    return config;
  }
}
