package org.tune4j.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
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

  private RandomModels() {}

  /** A model from the text of a {@code config.json}. */
  public static CausalLm create(String config, DType dtype, long seed) {
    CausalLm model = CausalLm.empty(describe(config), dtype);
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

  private static Architecture describe(String config) {
    try {
      return Architectures.describe(Path.of("config.json"), new ObjectMapper().readTree(config));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
