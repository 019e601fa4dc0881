package org.tune4j.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;

/** Tiny models of each family with random weights that are a function of a seed. */
public final class RandomModels {
  /** Grouped keys, tied output layer. */
  public static final String LLAMA =
      """
      {"model_type":"llama","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,
       "max_position_embeddings":128,"tie_word_embeddings":true,"eos_token_id":2}
      """;

  /** The shape of SmolLM2-135M: to be described, not to be made. */
  public static final String SMOL_135M =
      """
      {"model_type":"llama","vocab_size":49152,"hidden_size":576,"intermediate_size":1536,
       "num_hidden_layers":30,"num_attention_heads":9,"num_key_value_heads":3,
       "max_position_embeddings":8192,"tie_word_embeddings":true,"eos_token_id":0}
      """;

  /** Whole blocks of NF4, and biases. */
  public static final String QWEN2_64 =
      """
      {"model_type":"qwen2","vocab_size":97,"hidden_size":64,"intermediate_size":128,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,
       "max_position_embeddings":128,"tie_word_embeddings":true,"eos_token_id":2}
      """;

  /** Biases at query, key and value. */
  public static final String QWEN2 =
      """
      {"model_type":"qwen2","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":1,
       "max_position_embeddings":128,"tie_word_embeddings":false,"eos_token_id":2}
      """;

  /** Partial rotary embedding, query, key and value a head, parallel residual. */
  public static final String GPT_NEOX =
      """
      {"model_type":"gpt_neox","vocab_size":97,"hidden_size":32,"intermediate_size":64,
       "num_hidden_layers":2,"num_attention_heads":4,"rotary_pct":0.5,
       "max_position_embeddings":128,"tie_word_embeddings":false,"eos_token_id":2}
      """;

  /** A window that most texts are longer than. */
  public static final String MISTRAL =
      """
      {"model_type":"mistral","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"sliding_window":5,
       "max_position_embeddings":128,"tie_word_embeddings":false,"eos_token_id":2}
      """;

  /** Norms of heads, which are not the hidden size's share. */
  public static final String QWEN3 =
      """
      {"model_type":"qwen3","vocab_size":97,"hidden_size":32,"intermediate_size":48,"head_dim":6,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,
       "max_position_embeddings":128,"tie_word_embeddings":true,"eos_token_id":2}
      """;

  /** Layers that are one in the file, part of a head turned, stretched by yarn. */
  public static final String PHI3 =
      """
      {"model_type":"phi3","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,
       "partial_rotary_factor":0.75,"max_position_embeddings":128,"tie_word_embeddings":false,
       "rope_scaling":{"type":"yarn","factor":4.0,"original_max_position_embeddings":32},
       "eos_token_id":2}
      """;

  /** Norms on both sides, caps, every other block in a window. */
  public static final String GEMMA2 =
      """
      {"model_type":"gemma2","vocab_size":97,"hidden_size":32,"intermediate_size":48,"head_dim":8,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"sliding_window":5,
       "query_pre_attn_scalar":8,"attn_logit_softcapping":1.5,"final_logit_softcapping":2.0,
       "max_position_embeddings":128,"eos_token_id":2}
      """;

  /** Learned positions, matrices with inputs first. */
  public static final String GPT2 =
      """
      {"model_type":"gpt2","vocab_size":97,"n_embd":32,"n_layer":2,"n_head":4,"n_positions":128,
       "eos_token_id":2}
      """;

  /** Norms after each half, and of all heads together. */
  public static final String OLMO2 =
      """
      {"model_type":"olmo2","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,
       "max_position_embeddings":128,"tie_word_embeddings":false,"eos_token_id":2}
      """;

  /** Experts in the second block, beside a gated part that all tokens share. */
  public static final String QWEN2_MOE =
      """
      {"model_type":"qwen2_moe","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"num_experts":5,
       "num_experts_per_tok":2,"moe_intermediate_size":12,"shared_expert_intermediate_size":20,
       "decoder_sparse_step":2,"norm_topk_prob":true,"max_position_embeddings":128,
       "tie_word_embeddings":false,"eos_token_id":2}
      """;

  /** Latent attention whose queries are whole, experts chosen by softmax. */
  public static final String DEEPSEEK_V2 =
      """
      {"model_type":"deepseek_v2","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":2,"num_attention_heads":4,"qk_nope_head_dim":6,"qk_rope_head_dim":4,
       "v_head_dim":5,"kv_lora_rank":10,"n_routed_experts":6,"num_experts_per_tok":2,
       "moe_intermediate_size":12,"n_shared_experts":1,"first_k_dense_replace":1,
       "routed_scaling_factor":1.5,"max_position_embeddings":128,"tie_word_embeddings":false,
       "eos_token_id":2}
      """;

  /** Latent attention with small queries too, experts of the best groups, corrected. */
  public static final String DEEPSEEK_V3 =
      """
      {"model_type":"deepseek_v3","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":2,"num_attention_heads":4,"qk_nope_head_dim":6,"qk_rope_head_dim":4,
       "v_head_dim":5,"kv_lora_rank":10,"q_lora_rank":12,"n_routed_experts":6,
       "num_experts_per_tok":2,"n_group":3,"topk_group":2,"moe_intermediate_size":12,
       "n_shared_experts":1,"first_k_dense_replace":1,"max_position_embeddings":128,
       "tie_word_embeddings":false,"eos_token_id":2}
      """;

  /** One of each kind of block. */
  public static final List<String> DENSE =
      List.of(LLAMA, QWEN2, GPT_NEOX, MISTRAL, QWEN3, PHI3, GEMMA2, GPT2, OLMO2);

  /** Those in which a token chooses experts, which a rounding can change. */
  public static final List<String> SPARSE = List.of(QWEN2_MOE, DEEPSEEK_V2, DEEPSEEK_V3);

  private RandomModels() {}

  /** A model from the text of a {@code config.json}. */
  public static CausalLm create(String config, DType dtype, long seed) {
    return create(describe(config), dtype, seed);
  }

  /** A model of that description. */
  static CausalLm create(Architecture architecture, DType dtype, long seed) {
    CausalLm model = CausalLm.empty(architecture, dtype);
    Random random = new Random(seed);
    for (TensorSlot slot : model.architecture().slots()) {
      float[] numbers = new float[Math.toIntExact(slot.elements())];
      boolean isNorm = slot.name().contains("norm") && slot.name().endsWith("weight");
      float scale = slot.shape().size() == 1 ? 0.1f : 0.15f;
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (isNorm ? 1 : 0) + scale * (float) random.nextGaussian();
      }
      TensorOps.fill(
          model.weight(slot),
          DType.FLOAT32,
          (offset, into) -> {
            FloatBuffer target = into.order(ByteOrder.nativeOrder()).asFloatBuffer();
            target.put(numbers, Math.toIntExact(offset / 4), target.remaining());
            into.position(into.limit());
          });
    }
    return model;
  }

  static Architecture describe(String config) {
    try {
      return Architectures.describe(Path.of("config.json"), new ObjectMapper().readTree(config));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
