package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** What {@code all-linear} means where there are experts, and files with a layer an expert. */
class ExpertAdaptersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir Path folder;

  private static Path resource(String name) throws Exception {
    return Path.of(ExpertAdaptersTest.class.getResource("expert-adapters").toURI()).resolve(name);
  }

  private static ByteBuffer bytes(SafetensorsFile file, String tensor) {
    int size = Math.toIntExact(file.tensors().get(tensor).byteSize());
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.read(tensor, 0, bytes);
    return bytes.flip();
  }

  private static void assertLogits(BoundModel model, Path out, String name) {
    try (SafetensorsFile golden = SafetensorsFile.open(out);
        TensorScope work = TensorScope.open()) {
      ByteBuffer stored = bytes(golden, "ids");
      int[] ids = new int[stored.remaining() / 8];
      Arrays.setAll(ids, i -> (int) stored.getLong(8 * i));
      float[] wanted = new float[ids.length * 64];
      bytes(golden, name).asFloatBuffer().get(wanted);
      Batch batch = Batch.of(List.of(new EncodedExample(0, "row", ids, ids.clone())));
      Tensor hidden = model.hidden(model.upload(batch, work), work);
      int[] rows = IntStream.range(0, ids.length).toArray();
      float[] found = model.output().logits(hidden, work.longs(rows), work).toFloats();
      assertThat(found).containsExactly(wanted, within(5e-5f));
    }
  }

  private static JsonNode config(Path adapter) throws Exception {
    return JSON.readTree(adapter.resolve("adapter_config.json").toFile());
  }

  private static TreeSet<String> names(JsonNode list) {
    TreeSet<String> names = new TreeSet<>();
    list.forEach(name -> names.add(name.asText()));
    return names;
  }

  private static Map<String, Double> numbers(JsonNode object) {
    Map<String, Double> numbers = new TreeMap<>();
    object.fields().forEachRemaining(e -> numbers.put(e.getKey(), e.getValue().doubleValue()));
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixtral", "deepseek_v2", "qwen2_moe"})
  void allLinearMeansWhatPeftMeans(String model) throws Exception {
    Path theirs = resource(model).resolve("all-linear");
    try (CausalLm base = CausalLm.load(resource(model).resolve("base"), DType.FLOAT32);
        Lora loaded = Lora.load(base, theirs);
        PeftMerge merged = PeftMerge.of(loaded);
        Lora created =
            Lora.create(
                base,
                LoraConfig.builder().r(2).loraAlpha(6).targetModules("all-linear").build(),
                1)) {
      Path out = resource(model).resolve("out.safetensors");
      assertLogits(loaded.model(), out, "logits");
      assertLogits(merged.model(), out, "logits");
      created.save(folder.resolve("created"), "base");
      loaded.save(folder.resolve("again"), "base");
      try (SafetensorsFile wanted = SafetensorsFile.open(weights(theirs));
          SafetensorsFile again = SafetensorsFile.open(weights(folder.resolve("again")));
          SafetensorsFile ours = SafetensorsFile.open(weights(folder.resolve("created")))) {
        assertThat(ours.tensors().keySet()).isEqualTo(wanted.tensors().keySet());
        assertThat(again.tensors().keySet()).isEqualTo(wanted.tensors().keySet());
        for (String name : wanted.tensors().keySet()) {
          assertThat(ours.tensors().get(name).shape())
              .as(name)
              .isEqualTo(wanted.tensors().get(name).shape());
          assertThat(bytes(again, name)).as(name).isEqualTo(bytes(wanted, name));
        }
      }
      JsonNode wanted = config(theirs);
      JsonNode found = config(folder.resolve("created"));
      assertThat(names(found.path("target_parameters")))
          .isEqualTo(names(wanted.path("target_parameters")));
      for (String pattern : List.of("rank_pattern", "alpha_pattern")) {
        assertThat(numbers(found.path(pattern))).isEqualTo(numbers(wanted.path(pattern)));
      }
    }
  }

  private static Path weights(Path adapter) {
    return adapter.resolve("adapter_model.safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixtral", "qwen2_moe"})
  void aFileWithALayerAnExpertGivesTheSameNumbers(String model) throws Exception {
    Path out = resource(model).resolve("out.safetensors");
    try (CausalLm base = CausalLm.load(resource(model).resolve("base"), DType.FLOAT32);
        Lora lora = Lora.load(base, resource(model).resolve("per-expert"));
        PeftMerge merged = PeftMerge.of(lora)) {
      assertLogits(lora.model(), out, "per_expert_logits");
      assertLogits(merged.model(), out, "per_expert_logits");
      lora.save(folder.resolve("again"), "base");
      try (Lora again = Lora.load(base, folder.resolve("again"))) {
        assertLogits(again.model(), out, "per_expert_logits");
      }
    }
  }

  /** The header names the tensor, so another name of the same length takes it away. */
  private void assertRefused(String change, String to, String... parts) throws Exception {
    Path from = resource("mixtral").resolve("per-expert");
    byte[] bytes = Files.readAllBytes(weights(from));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(text).contains(change);
    Files.write(weights(folder), text.replace(change, to).getBytes(StandardCharsets.ISO_8859_1));
    Files.copy(from.resolve("adapter_config.json"), folder.resolve("adapter_config.json"));
    try (CausalLm base = CausalLm.load(resource("mixtral").resolve("base"), DType.FLOAT32)) {
      assertThatThrownBy(() -> Lora.load(base, folder))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContainingAll(parts);
    }
  }

  @Test
  void anExpertWithoutItsLayerIsRefused() throws Exception {
    assertRefused(
        "layers.0.block_sparse_moe.experts.2.w3.lora_B",
        "layers.0.block_sparse_moe.expertz.2.w3.lora_B",
        "layers.0.mlp.experts.2.w3",
        "lora_B");
  }

  @Test
  void anExpertThatTheModelDoesNotHaveIsRefused() throws Exception {
    assertRefused(
        "layers.0.block_sparse_moe.experts.3.",
        "layers.0.block_sparse_moe.experts.9.",
        "layers.0.mlp.experts.3");
  }

  @Test
  void aMatrixOfAnotherShapeIsRefused() throws Exception {
    assertRefused(
        "layers.0.block_sparse_moe.experts.1.w1.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[2,16]",
        "layers.0.block_sparse_moe.experts.1.w1.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[4, 8]",
        "layers.0.mlp.experts");
  }

  @Test
  void halfOfAMatrixCannotBeAdapted() throws Exception {
    try (CausalLm base = CausalLm.load(resource("mixtral").resolve("base"), DType.FLOAT32)) {
      LoraConfig half = LoraConfig.builder().targetModules("q_proj", "w1").build();
      assertThatThrownBy(() -> new LoraAdapter(half, base.architecture()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll("target_modules", "w1");
    }
  }
}
