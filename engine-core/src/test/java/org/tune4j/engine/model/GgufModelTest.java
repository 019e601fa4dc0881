package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.gguf.EditedGguf;
import org.tune4j.engine.gguf.hub.Precision;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A model that went through a GGUF file computes what it computed before. */
class GgufModelTest {
  @TempDir private static Path folder;

  private static float[] logits(CausalLm model) {
    int vocabulary = model.architecture().vocabularySize();
    int[] ids = IntStream.range(0, 24).map(i -> (i * 37 + 11) % vocabulary).toArray();
    int[] none = new int[ids.length];
    Arrays.fill(none, EncodedExample.NOT_LEARNED);
    Batch batch = Batch.of(List.of(new EncodedExample(0, "text", ids, none)));
    try (BoundModel bound = new BoundModel(model, null, null);
        TensorScope work = TensorScope.open()) {
      Tensor hidden = bound.hidden(bound.upload(batch, work), work);
      Tensor rows = work.longs(IntStream.range(0, ids.length).toArray());
      return bound.output().logits(hidden, rows, work).toFloats();
    }
  }

  private static float[] logits(Path file, DType dtype) {
    try (CausalLm model = CausalLm.load(file, dtype)) {
      return logits(model);
    }
  }

  static List<String> families() {
    return List.of(
        RandomModels.LLAMA,
        RandomModels.MISTRAL,
        RandomModels.QWEN2,
        RandomModels.QWEN3,
        RandomModels.PHI3,
        RandomModels.GEMMA2,
        RandomModels.GPT2,
        RandomModels.DEEPSEEK_V2,
        RandomModels.DEEPSEEK_V3,
        RandomModels.QWEN2_MOE
            .replace("\"decoder_sparse_step\":2", "\"decoder_sparse_step\":1")
            .replace("\"norm_topk_prob\":true", "\"norm_topk_prob\":false"));
  }

  @ParameterizedTest
  @MethodSource("families")
  void randomModelIsTheSameAsF32(String config) throws IOException {
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 5)) {
      Path source = GgufFiles.source(folder, config);
      Path file = GgufFiles.of(folder, source, model, Precision.F32);
      assertThat(logits(file, DType.FLOAT32)).isEqualTo(logits(model));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama_rope_llama3",
        "llama_attention_bias",
        "mistral_sliding",
        "qwen2",
        "qwen3",
        "phi3",
        "phi3_longrope",
        "gpt2",
        "mixtral",
        "qwen2_moe",
        "deepseek_v2",
        "deepseek_v2_qlora",
        "deepseek_v3",
        "deepseek_v3_noqlora"
      })
  void goldenIsTheSameAsF32(String name) {
    Path source = Goldens.folder("arch/" + name);
    try (CausalLm model = CausalLm.load(source, DType.FLOAT32)) {
      Path file = GgufFiles.of(folder, source, model, Precision.F32);
      try (CausalLm back = CausalLm.load(file, DType.FLOAT32)) {
        assertThat(logits(back)).isEqualTo(logits(model));
        assertThat(back.architecture().endOfText()).isEqualTo(model.architecture().endOfText());
      }
    }
  }

  /** What is held in a type loses nothing in a file of that type. */
  @Test
  void modelInBf16IsTheSameAsBf16() throws IOException {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.BFLOAT16, 5)) {
      Path source = GgufFiles.source(folder, RandomModels.LLAMA);
      Path file = GgufFiles.of(folder, source, model, Precision.BF16);
      assertThat(logits(file, DType.BFLOAT16)).isEqualTo(logits(model));
    }
  }

  /** A file that was read is written as it was, and as a folder of the hub. */
  @Test
  void fileBecomesFileAndFolder() throws IOException {
    Path first = GgufFiles.random(folder, RandomModels.LLAMA);
    try (CausalLm model = CausalLm.load(first, DType.FLOAT32)) {
      Path second = GgufFiles.of(folder, first, model, Precision.F32);
      assertThat(logits(second, DType.FLOAT32)).isEqualTo(logits(model));
      assertThat(model.configSha256()).hasSize(64);
      assertThat(HubFolder.storedTypes(first, model.architecture()).values())
          .containsOnly(DType.FLOAT32);
    }
  }

  /** Files of before 2025 have keys and values in one tensor. */
  @Test
  void olderFileOfDeepSeekIsTheSame() throws IOException {
    Path file = GgufFiles.random(folder, RandomModels.DEEPSEEK_V2);
    try (CausalLm model = RandomModels.create(RandomModels.DEEPSEEK_V2, DType.FLOAT32, 5)) {
      Path older =
          EditedGguf.of(
              file,
              folder.resolve("older.gguf"),
              metadata -> {},
              tensors -> {
                for (TensorSlot slot : model.architecture().slots()) {
                  if (slot.name().contains("kv_b_proj")) {
                    String block = "blk." + slot.name().split("\\.")[2] + ".attn_";
                    float[] numbers = model.weight(slot).toFloats();
                    assertThat(tensors.remove(block + "k_b.weight")).isNotNull();
                    assertThat(tensors.remove(block + "v_b.weight")).isNotNull();
                    String name = block + "kv_b.weight";
                    tensors.put(name, EditedGguf.tensor(name, numbers, slot.sizes()));
                  }
                }
              });
      assertThat(logits(older, DType.FLOAT32)).isEqualTo(logits(model));
    }
  }

  /** Factors that no known parameters give still divide the frequencies. */
  @Test
  void factorsOfFrequenciesAreTakenAsTheyStand() throws IOException {
    Path file = GgufFiles.random(folder, RandomModels.LLAMA);
    String name = "rope_freqs.weight";
    float[] factors = {1, 2, 1, 3};
    Path scaled =
        EditedGguf.of(
            file,
            folder.resolve("scaled.gguf"),
            metadata -> {},
            tensors -> tensors.put(name, EditedGguf.tensor(name, factors, 4)));
    try (CausalLm model = CausalLm.load(scaled, DType.FLOAT32)) {
      RopeSpec rope = model.architecture().rope();
      List<Float> wanted = new ArrayList<>(RopeSpec.inverseFrequencies(10000, 8));
      for (int i = 0; i < factors.length; i++) {
        wanted.set(i, wanted.get(i) / factors[i]);
      }
      for (int i = 0; i < factors.length; i++) {
        assertThat((double) rope.inverseFrequencies().get(i))
            .isCloseTo(wanted.get(i), withPercentage(1e-4));
      }
      assertThat(rope.factor()).isEqualTo(1);
    }
  }

  static List<List<String>> unwritable() {
    return List.of(
        List.of(RandomModels.GPT_NEOX, "model_type gpt_neox is not written as GGUF"),
        List.of(RandomModels.QWEN2_MOE, "norm_topk_prob = true cannot be written as GGUF"),
        List.of(
            RandomModels.GEMMA2.replace(
                "\"query_pre_attn_scalar\":8", "\"query_pre_attn_scalar\":9"),
            "query_pre_attn_scalar = 9.0 cannot be written as GGUF"),
        List.of(
            RandomModels.LLAMA.replace(
                "\"eos_token_id\"",
                "\"rope_scaling\":{\"rope_type\":\"dynamic\",\"factor\":2.0},\"eos_token_id\""),
            "rope_type = dynamic cannot be written as GGUF"),
        List.of(
            RandomModels.LLAMA.replace(
                "\"eos_token_id\"", "\"hidden_act\":\"gelu\",\"eos_token_id\""),
            "has no place in a GGUF file of this architecture"),
        List.of(
            RandomModels.QWEN2.replace(
                "\"eos_token_id\"",
                "\"use_sliding_window\":true,\"sliding_window\":8,\"max_window_layers\":1,\"eos_token_id\""),
            "has no place in a GGUF file of this architecture"));
  }

  @ParameterizedTest
  @MethodSource("unwritable")
  void whatAFileCannotSayIsRefused(List<String> configAndReason) throws IOException {
    String config = configAndReason.get(0);
    Path source = GgufFiles.source(folder, config);
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 5)) {
      assertThatThrownBy(() -> GgufFiles.of(folder, source, model, Precision.F32))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(configAndReason.get(1))
          .hasMessageContaining("config.json");
    }
  }

  /** A hub folder made of a GGUF file holds what the file said. */
  @Test
  void goldenTokenizerComesAlongIntoAFolder() throws IOException {
    Path golden = Goldens.folder("tokenizer/bbpe_qwen");
    String config = RandomModels.QWEN2.replace("\"vocab_size\":97", "\"vocab_size\":640");
    Path source = GgufFiles.source(folder, config);
    Files.copy(golden.resolve("tokenizer.json"), source.resolve("tokenizer.json"));
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 5)) {
      Path file = GgufFiles.of(folder, source, model, Precision.F32);
      Path back = folder.resolve("back");
      AtomicFolder.write(
          back,
          target ->
              HubFolder.write(
                  target, file, model.architecture(), model::weight, Optional.of(DType.FLOAT32)));
      assertThat(logits(back, DType.FLOAT32)).isEqualTo(logits(model));
      assertThat(back.resolve("tokenizer.json")).exists();
      assertThat(back.resolve("tokenizer_config.json")).exists();
    }
  }
}
