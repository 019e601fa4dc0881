package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.gguf.hub.Precision;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A model that went through a GGUF file computes what it computed before. */
class GgufModelTest {
  private static final String FILE = "model.gguf";
  @TempDir private static Path folder;

  static Path write(Path source, CausalLm model, Precision precision) {
    Path target = folder.resolve("out-" + System.nanoTime());
    AtomicFolder.write(
        target,
        files ->
            GgufExport.write(files, FILE, source, model.architecture(), model::weight, precision));
    return target.resolve(FILE);
  }

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
      return bound.logits(hidden, rows, work).toFloats();
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
    Path source = Files.createDirectories(folder.resolve("source-" + System.nanoTime()));
    Files.writeString(source.resolve("config.json"), config, StandardCharsets.UTF_8);
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 5)) {
      Path file = write(source, model, Precision.F32);
      try (CausalLm back = CausalLm.load(file, DType.FLOAT32)) {
        assertThat(logits(back)).isEqualTo(logits(model));
      }
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
      Path file = write(source, model, Precision.F32);
      try (CausalLm back = CausalLm.load(file, DType.FLOAT32)) {
        assertThat(logits(back)).isEqualTo(logits(model));
        assertThat(back.architecture().endOfText()).isEqualTo(model.architecture().endOfText());
      }
    }
  }
}
