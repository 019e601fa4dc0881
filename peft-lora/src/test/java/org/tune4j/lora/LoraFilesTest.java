package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;

class LoraFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir Path parent;
  private Path folder;

  @BeforeEach
  void name() {
    folder = parent.resolve("adapter");
  }

  private static LoraConfig everything() {
    return LoraConfig.builder()
        .r(4)
        .targetModules("q_proj", "v_proj", "down_proj", "embed_tokens")
        .modulesToSave("lm_head", "model.norm")
        .initLoraWeights(LoraConfig.Init.RANDOM)
        .build();
  }

  @Test
  void whatIsSavedIsReadBackBitForBit() throws IOException {
    try (CausalLm base = TinyBase.model(false);
        Lora saved = Lora.create(base, everything(), 3)) {
      saved.save(folder, "base");
      try (Lora read = Lora.load(base, folder)) {
        assertThat(TinyBase.logits(read.model())).isEqualTo(TinyBase.logits(saved.model()));
        Path again = parent.resolve("again");
        read.save(again, "base");
        assertThat(again.resolve("adapter_model.safetensors"))
            .hasSameBinaryContentAs(folder.resolve("adapter_model.safetensors"));
        assertThat(again.resolve("adapter_config.json"))
            .hasSameTextualContentAs(folder.resolve("adapter_config.json"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lora_qv",
        "rslora_all_linear",
        "lora_modules_to_save",
        "lora_tied",
        "lora_neox",
        "dora"
      })
  void adaptersOfPeftAreWrittenAsTheyWereRead(String name) {
    Path golden = Goldens.folder("train").resolve(name).resolve("adapter_final");
    String base =
        name.equals("lora_tied") ? "llama_tied" : name.equals("lora_neox") ? "gpt_neox" : "llama";
    try (CausalLm model =
            CausalLm.load(golden.resolve("../../base/" + base).normalize(), DType.FLOAT32);
        Lora lora = Lora.load(model, golden)) {
      lora.save(folder, "base");
      try (SafetensorsFile theirs =
              SafetensorsFile.open(golden.resolve("adapter_model.safetensors"));
          SafetensorsFile ours =
              SafetensorsFile.open(folder.resolve("adapter_model.safetensors"))) {
        assertThat(ours.tensors().keySet()).isEqualTo(theirs.tensors().keySet());
        for (String tensor : theirs.tensors().keySet()) {
          assertThat(bytes(ours, tensor)).as(tensor).isEqualTo(bytes(theirs, tensor));
        }
      }
    }
  }

  private static ByteBuffer bytes(SafetensorsFile file, String tensor) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.tensors().get(tensor).byteSize()));
    file.read(tensor, 0, bytes);
    return bytes.flip();
  }

  /** PEFT takes the first pattern that matches, in the order of the file. */
  @Test
  void patternsKeepTheirOrder() throws IOException {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    ranks.put("q_proj", 3);
    ranks.put(".*_proj", 5);
    ranks.put("a_last_one", 7);
    Map<String, Double> alphas = new LinkedHashMap<>();
    alphas.put("v_proj", 6.0);
    alphas.put(".*_proj", 10.0);
    LoraConfig config =
        LoraConfig.builder()
            .targetModules("q_proj", "v_proj")
            .rankPattern(ranks)
            .alphaPattern(alphas)
            .build();
    try (CausalLm base = TinyBase.model(false);
        Lora saved = Lora.create(base, config, 3)) {
      saved.save(folder, "base");
      ObjectNode json = (ObjectNode) JSON.readTree(folder.resolve("adapter_config.json").toFile());
      assertThat(json.get("rank_pattern").fieldNames())
          .toIterable()
          .containsExactlyElementsOf(ranks.keySet());
      try (Lora read = Lora.load(base, folder)) {
        LoraConfig found = read.adapter().config();
        assertThat(found.rankPattern().keySet()).containsExactlyElementsOf(ranks.keySet());
        assertThat(found.alphaPattern().keySet()).containsExactlyElementsOf(alphas.keySet());
        assertThat(found.rank("model.layers.0.self_attn.q_proj")).isEqualTo(3);
        assertThat(found.rank("model.layers.0.self_attn.v_proj")).isEqualTo(5);
        assertThat(found.scaling("model.layers.0.self_attn.v_proj")).isEqualTo(6.0 / 5);
      }
    }
  }

  /**
   * With it PEFT trains the shared matrix for both; of other modules it warns that it says nothing.
   */
  @ParameterizedTest
  @CsvSource({"true, lm_head, true", "true, model.norm, false", "false, lm_head, false"})
  void weightTyingIsWrittenWhereTheSharedMatrixIsTrained(
      boolean tied, String saved, boolean written) throws IOException {
    LoraConfig config = LoraConfig.builder().targetModules("q_proj").modulesToSave(saved).build();
    try (CausalLm base = TinyBase.model(tied);
        Lora lora = Lora.create(base, config, 3)) {
      lora.save(folder, "base");
    }
    assertThat(
            JSON.readTree(folder.resolve("adapter_config.json").toFile())
                .has("ensure_weight_tying"))
        .isEqualTo(written);
  }

  @Test
  void anAdapterOfAnotherShapeNamesEveryDifference() {
    try (CausalLm base = TinyBase.model(false);
        Lora saved = Lora.create(base, everything(), 3)) {
      saved.save(folder, "base");
      edit("r", JSON.valueToTree(8));
      assertThatThrownBy(() -> Lora.load(base, folder))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("adapter_model.safetensors")
          .hasMessageContaining("q_proj.lora_A.weight: wanted [8, 32], found [4, 32]");
      edit("r", JSON.valueToTree(4));
      edit("target_modules", JSON.valueToTree(new String[] {"q_proj"}));
      assertThatThrownBy(() -> Lora.load(base, folder))
          .hasMessageContaining("unexpected: base_model.model.model.layers.0.mlp.down_proj");
      edit(
          "target_modules",
          JSON.valueToTree(
              new String[] {"q_proj", "v_proj", "k_proj", "down_proj", "embed_tokens"}));
      assertThatThrownBy(() -> Lora.load(base, folder))
          .hasMessageContaining("missing: base_model.model.model.layers.0.self_attn.k_proj");
    }
  }

  @Test
  void activeKeysThatAreNotHandledAreRefusedAndIdleOnesPass() {
    try (CausalLm base = TinyBase.model(false);
        Lora saved = Lora.create(base, everything(), 3)) {
      saved.save(folder, "base");
      edit("a_key_of_the_future", JSON.nullNode());
      edit("use_dora", JSON.valueToTree(false));
      Lora.load(base, folder).close();
      edit("use_qalora", JSON.valueToTree(true));
      assertThatThrownBy(() -> Lora.load(base, folder))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("use_qalora = true");
      edit("use_qalora", JSON.nullNode());
      for (String start : new String[] {"loftq", "corda", "pissa_niter_16"}) {
        edit("init_lora_weights", JSON.valueToTree(start));
        assertThatThrownBy(() -> Lora.load(base, folder))
            .isInstanceOf(ModelFormatException.class)
            .hasMessageContaining("init_lora_weights")
            .hasMessageContaining(start);
      }
      edit("init_lora_weights", JSON.valueToTree(true));
      edit("peft_type", JSON.valueToTree("PREFIX_TUNING"));
      assertThatThrownBy(() -> Lora.load(base, folder)).hasMessageContaining("peft_type");
    }
  }

  private void edit(String key, com.fasterxml.jackson.databind.JsonNode value) {
    Path file = folder.resolve("adapter_config.json");
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
      json.set(key, value);
      JSON.writeValue(file.toFile(), json);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** As PEFT writes them where it is not told to tie what the base ties. */
  @Test
  void copiesOfATiedMatrixThatDifferAreRefusedByBothNames() throws IOException {
    LoraConfig config =
        LoraConfig.builder().targetModules("q_proj").modulesToSave("embed_tokens").build();
    try (CausalLm base = TinyBase.model(true);
        Lora saved = Lora.create(base, config, 3)) {
      saved.save(folder, "base");
      Lora.load(base, folder).close();
      String head = "base_model.model.lm_head.weight";
      Path file = folder.resolve("adapter_model.safetensors");
      long last;
      try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
        last = tensors.tensors().get(head).end();
      }
      byte[] bytes = Files.readAllBytes(file);
      long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      bytes[Math.toIntExact(8 + header + last - 4)] ^= 1;
      Files.write(file, bytes);
      assertThatThrownBy(() -> Lora.load(base, folder))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(
              "base_model.model.model.embed_tokens.weight and " + head + " differ");
    }
  }

  /** As PEFT's {@code save_embedding_layers} writes them. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void wholeEmbeddingsThatNothingNamesAreTaken(boolean tied) {
    LoraConfig config =
        LoraConfig.builder()
            .r(4)
            .targetModules("q_proj")
            .modulesToSave("embed_tokens", "lm_head")
            .build();
    try (CausalLm base = TinyBase.model(tied);
        Lora saved = Lora.create(base, config, 3)) {
      WeightMethodFamiliesTest.move(saved.weights());
      saved.save(folder, "base");
      edit("modules_to_save", JSON.nullNode());
      try (Lora read = Lora.load(base, folder)) {
        assertThat(TinyBase.logits(read.model())).isEqualTo(TinyBase.logits(saved.model()));
      }
    }
  }

  @Test
  void nothingToReadIsSaid() {
    try (CausalLm base = TinyBase.model(false)) {
      assertThatThrownBy(() -> Lora.load(base, folder)).hasMessageContaining("adapter_config.json");
    }
  }
}
