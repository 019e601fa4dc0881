package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What the decoders after Llama say alike. */
final class LlamaFields {
  static final String KEY_LENGTH = "attention.key_length";
  static final String VALUE_LENGTH = "attention.value_length";
  private static final String ROTATED = "rope.dimension_count";

  static final List<Field> SIZES =
      List.of(
          Field.whole("block_count", "num_hidden_layers"),
          Field.whole("context_length", "max_position_embeddings", 2048),
          Field.whole("embedding_length", "hidden_size"),
          Field.whole("feed_forward_length", "intermediate_size"),
          Field.whole("attention.head_count", "num_attention_heads"),
          Field.real("attention.layer_norm_rms_epsilon", "rms_norm_eps", 1e-6));

  private static final String KEY_VALUE_HEADS = "attention.head_count_kv";

  private LlamaFields() {}

  /** Sizes, heads, the norms' epsilon, and how positions turn. */
  static void toHub(ModelHeader header, ObjectNode config) {
    Field.toHub(SIZES, header, config);
    heads(header, config);
    if (header.has(KEY_LENGTH)) {
      int size = header.size(KEY_LENGTH);
      if (header.has(VALUE_LENGTH) && header.size(VALUE_LENGTH) != size) {
        throw header.refuse(VALUE_LENGTH, header.size(VALUE_LENGTH), "that of keys, " + size);
      }
      config.put("head_dim", size);
    }
    HubConfig read = new HubConfig(header.file().path(), config);
    int headSize = read.headSize();
    int rotated = header.has(ROTATED) ? header.size(ROTATED) : headSize;
    if (rotated < 1 || rotated > headSize) {
      throw header.refuse(ROTATED, rotated, "at most the size of a head, " + headSize);
    }
    if (rotated < headSize) {
      config.put("partial_rotary_factor", share(rotated, headSize));
    }
    Rope.toHub(header, config, rotated);
    vocabulary(header, config);
  }

  private static void heads(ModelHeader header, ObjectNode config) {
    long heads = header.whole("attention.head_count");
    if (heads < 1 || heads > header.whole("embedding_length")) {
      throw header.refuse("attention.head_count", heads, "1 to the embedding's length");
    }
    if (header.has(KEY_VALUE_HEADS)) {
      config.put("num_key_value_heads", header.size(KEY_VALUE_HEADS));
    }
  }

  /** A share of which exactly so much comes. */
  private static double share(int rotated, int headSize) {
    double share = (double) rotated / headSize;
    return (int) (headSize * share) == rotated ? share : (rotated + 0.5) / headSize;
  }

  /** As many rows as the embedding has, and whether the output layer is the embedding. */
  static void vocabulary(ModelHeader header, ObjectNode config) {
    long[] shape = header.shape("token_embd.weight");
    config.put("vocab_size", shape.length == 0 ? 0 : (int) Math.min(shape[0], Integer.MAX_VALUE));
    config.put("tie_word_embeddings", !header.hasTensor("output.weight"));
  }

  /** The same into metadata; the whole head is rotated. */
  static void toGguf(HubConfig config, ArchitectureKeys keys) {
    double share = rotatedShare(config);
    if (share != 1) {
      throw config.refuse("partial_rotary_factor", share, "the architecture rotates whole heads");
    }
    toGguf(config, keys, config.headSize());
  }

  static double rotatedShare(HubConfig config) {
    return config.rope().number("partial_rotary_factor", config.number("partial_rotary_factor", 1));
  }

  static void toGguf(HubConfig config, ArchitectureKeys keys, int rotated) {
    Field.toGguf(SIZES, config, keys);
    keys.whole(KEY_VALUE_HEADS, config.keyValueHeads());
    keys.whole(ROTATED, rotated);
    keys.whole("vocab_size", config.whole("vocab_size"));
    if (config.has("head_dim")) {
      keys.whole(KEY_LENGTH, config.headSize());
      keys.whole(VALUE_LENGTH, config.headSize());
    }
    Rope.toGguf(config, keys, rotated);
  }
}
