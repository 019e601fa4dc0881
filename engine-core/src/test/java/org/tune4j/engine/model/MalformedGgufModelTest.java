package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.gguf.EditedGguf;
import org.tune4j.engine.gguf.GgufTensorToWrite;
import org.tune4j.engine.gguf.GgufValue;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;

/** Sound GGUF files that hold no model that can be read are refused, each with its reason. */
class MalformedGgufModelTest {
  @TempDir private static Path folder;
  private static Path sound;

  @BeforeAll
  static void write() throws IOException {
    sound = GgufFiles.random(folder, RandomModels.LLAMA);
  }

  private static void refused(
      Consumer<Map<String, GgufValue>> metadata,
      Consumer<Map<String, GgufTensorToWrite>> tensors,
      String... reasons) {
    Path file = EditedGguf.of(sound, folder.resolve("changed.gguf"), metadata, tensors);
    assertThatThrownBy(() -> CausalLm.load(file, DType.FLOAT32).close())
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("changed.gguf")
        .hasMessageContainingAll(reasons);
  }

  private static void metadata(Consumer<Map<String, GgufValue>> edit, String... reasons) {
    refused(edit, tensors -> {}, reasons);
  }

  private static void tensors(Consumer<Map<String, GgufTensorToWrite>> edit, String... reasons) {
    refused(values -> {}, edit, reasons);
  }

  @Test
  void missingFile() {
    assertThatThrownBy(() -> CausalLm.load(folder.resolve("none.gguf"), DType.FLOAT32))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("none.gguf");
  }

  @Test
  void architecture() {
    metadata(m -> m.remove("general.architecture"), "general.architecture");
    metadata(
        m -> m.put("general.architecture", GgufValue.text("falcon")),
        "found falcon, wanted one of [llama, qwen2, qwen3, qwen2moe, phi3, gemma2, gpt2, deepseek2]");
  }

  @Test
  void adapterAndPartOfAModel() {
    metadata(m -> m.put("general.type", GgufValue.text("adapter")), "general.type", "adapter");
    metadata(m -> m.put("split.count", GgufValue.int32(3)), "split.count", "found 3");
  }

  @Test
  void sizes() {
    metadata(m -> m.remove("llama.block_count"), "llama.block_count");
    metadata(m -> m.put("llama.block_count", GgufValue.text("3")), "llama.block_count", "STRING");
    metadata(m -> m.put("llama.block_count", GgufValue.int32(0)), "num_hidden_layers", "0");
    metadata(m -> m.put("llama.block_count", GgufValue.int64(1L << 40)), "llama.block_count");
    metadata(m -> m.put("llama.attention.head_count", GgufValue.int32(0)), "attention.head_count");
    metadata(m -> m.put("llama.attention.head_count", GgufValue.int32(5)), "dimension_count");
    metadata(
        m -> m.put("llama.attention.key_length", GgufValue.int64(Long.MAX_VALUE)),
        "llama.attention.key_length",
        "wanted 0 to 2147483647");
    metadata(
        m -> {
          m.put("llama.attention.key_length", GgufValue.int32(8));
          m.put("llama.attention.value_length", GgufValue.int32(4));
        },
        "attention.value_length",
        "found 4");
    metadata(m -> m.put("llama.rope.dimension_count", GgufValue.int32(9)), "dimension_count");
  }

  @Test
  void scaledPositions() {
    metadata(m -> m.put("llama.rope.scaling.type", GgufValue.text("su")), "found su", "yarn");
    metadata(
        m -> m.put("llama.rope.scaling.attn_factor", GgufValue.float32(2)), "attn_factor", "2.0");
    metadata(
        m -> m.put("llama.rope.scaling.type", GgufValue.text("longrope")), "rope_factors_short");
    refused(
        m -> {
          m.put("llama.rope.scaling.type", GgufValue.text("linear"));
          m.put("llama.rope.scaling.factor", GgufValue.float32(2));
        },
        t -> t.put("f", EditedGguf.tensor("rope_freqs.weight", new float[] {1, 1, 1, 1}, 4)),
        "rope_freqs.weight");
    tensors(
        t -> t.put("f", EditedGguf.tensor("rope_freqs.weight", new float[] {1, 1}, 2)),
        "found 2 numbers, wanted 4");
  }

  @Test
  void tensors() {
    tensors(t -> t.remove("blk.1.attn_q.weight"), "missing: blk.1.attn_q.weight [32, 32]");
    tensors(
        t ->
            t.put(
                "blk.1.attn_norm.weight",
                EditedGguf.tensor("blk.1.attn_norm.weight", new float[31], 31)),
        "wanted blk.1.attn_norm.weight [32], found",
        "[31]");
    tensors(
        t -> t.put("more", EditedGguf.tensor("blk.0.more.weight", new float[1], 1)),
        "unexpected: 'blk.0.more.weight'");
    tensors(t -> t.remove("token_embd.weight"), "token_embd.weight");
  }

  @Test
  void tokenizers() {
    tokenizer(m -> {}, "tokenizer.ggml.tokens");
    tokenizer(m -> words(m, "bert"), "tokenizer.ggml.model", "found bert");
    tokenizer(
        m -> {
          words(m, "gpt2");
          m.put("tokenizer.ggml.pre", GgufValue.text("tekken"));
        },
        "tokenizer.ggml.pre",
        "found tekken",
        "llama-bpe");
    tokenizer(m -> words(m, "llama"), "tokenizer.ggml.scores");
    tokenizer(
        m -> {
          words(m, "llama");
          m.put("tokenizer.ggml.scores", GgufValue.float32s(new float[2]));
        },
        "found 2 scores, wanted 3");
    tokenizer(
        m -> {
          words(m, "gpt2");
          m.put("tokenizer.ggml.pre", GgufValue.text("gpt-2"));
          m.put("tokenizer.ggml.merges", GgufValue.texts(List.of("ab")));
        },
        "tokenizer.ggml.merges");
    tokenizer(
        m -> {
          words(m, "gpt2");
          m.put("tokenizer.ggml.tokens", GgufValue.texts(List.of("a", "a")));
        },
        "'a' twice");
    tokenizer(
        m -> {
          words(m, "llama");
          m.put("tokenizer.ggml.bos_token_id", GgufValue.uint32(7));
        },
        "tokenizer.ggml.bos_token_id",
        "found 7");
  }

  private static void words(Map<String, GgufValue> metadata, String model) {
    metadata.put("tokenizer.ggml.model", GgufValue.text(model));
    metadata.put("tokenizer.ggml.tokens", GgufValue.texts(List.of("a", "b", "ab")));
  }

  private static void tokenizer(Consumer<Map<String, GgufValue>> edit, String... reasons) {
    Path file = EditedGguf.of(sound, folder.resolve("words.gguf"), edit, tensors -> {});
    assertThatThrownBy(() -> Tokenizer.load(file).close())
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("words.gguf")
        .hasMessageContainingAll(reasons);
  }
}
