package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** A model folder that was written is the model that was in memory. */
class HubFolderTest {
  @TempDir private Path temporary;
  private Path source;
  private Path target;

  @BeforeEach
  void folders() throws IOException {
    source = Files.createDirectory(temporary.resolve("source"));
    target = temporary.resolve("target");
  }

  private void write(String config, CausalLm model, Path to, Optional<DType> dtype)
      throws IOException {
    Files.writeString(source.resolve("config.json"), config);
    AtomicFolder.write(
        to, files -> HubFolder.write(files, source, model.architecture(), model::weight, dtype));
  }

  @ParameterizedTest
  @ValueSource(strings = {RandomModels.LLAMA, RandomModels.QWEN2, RandomModels.GPT_NEOX})
  void writesEveryFamilySoThatItLoadsAgain(String config) throws IOException {
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 1)) {
      write(config, model, target, Optional.of(DType.FLOAT32));
      try (CausalLm loaded = CausalLm.load(target, DType.FLOAT32)) {
        for (TensorSlot slot : model.architecture().slots()) {
          assertThat(loaded.weight(slot).toFloats())
              .as(slot.name())
              .isEqualTo(model.weight(slot).toFloats());
        }
      }
    }
  }

  @Test
  void keepsTheTypeThatEachTensorHasInTheSource() throws IOException {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1)) {
      write(RandomModels.LLAMA, model, target, Optional.of(DType.BFLOAT16));
      Path again = temporary.resolve("again");
      AtomicFolder.write(
          again,
          files ->
              HubFolder.write(
                  files, target, model.architecture(), model::weight, Optional.empty()));
      assertThat(again.resolve("model.safetensors"))
          .hasSameBinaryContentAs(target.resolve("model.safetensors"));
      assertThat(again.resolve("config.json"))
          .hasSameBinaryContentAs(target.resolve("config.json"));
    }
  }

  @Test
  void roundsToTheNearestNumberOfAnotherType() throws IOException {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1);
        TensorScope scope = TensorScope.open()) {
      write(RandomModels.LLAMA, model, target, Optional.of(DType.BFLOAT16));
      TensorSlot slot = model.architecture().embeddingSlot();
      float[] rounded =
          TensorOps.cast(
                  scope, TensorOps.cast(scope, model.weight(slot), DType.BFLOAT16), DType.FLOAT32)
              .toFloats();
      try (CausalLm loaded = CausalLm.load(target, DType.FLOAT32)) {
        assertThat(loaded.weight(slot).toFloats()).isEqualTo(rounded);
      }
    }
  }

  @Test
  void namesTheTypeInTheConfigurationUnderTheKeyThatIsThere() throws IOException {
    String config = RandomModels.LLAMA.replaceFirst("\\{", "{\"dtype\":\"float32\",");
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 1)) {
      write(config, model, target, Optional.of(DType.FLOAT16));
    }
    var written = new ObjectMapper().readTree(target.resolve("config.json").toFile());
    assertThat(written.path("dtype").asText()).isEqualTo("float16");
    assertThat(written.has("torch_dtype")).isFalse();
  }

  @Test
  void copiesWhatBelongsToAModelAndNoOldWeights() throws IOException {
    for (String name : new String[] {"tokenizer.json", "pytorch_model.bin", "notes.txt"}) {
      Files.writeString(source.resolve(name), name);
    }
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1)) {
      write(RandomModels.LLAMA, model, target, Optional.of(DType.FLOAT32));
    }
    try (var files = Files.list(target)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "config.json",
              "generation_config.json",
              "model.safetensors",
              "tokenizer.json",
              "manifest.json");
    }
  }

  @Test
  void shardsAreTheSameModel() throws IOException {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1)) {
      Files.writeString(source.resolve("config.json"), RandomModels.LLAMA);
      AtomicFolder.write(
          target,
          files ->
              HubFolder.write(
                  files,
                  source,
                  Optional.empty(),
                  model.architecture(),
                  model::weight,
                  Optional.empty(),
                  Optional.of(DType.FLOAT32),
                  4_000));
      assertThat(target.resolve("model.safetensors.index.json")).exists();
      assertThat(target.resolve("model.safetensors")).doesNotExist();
      try (CausalLm loaded = CausalLm.load(target, DType.FLOAT32)) {
        assertThat(loaded.weightsFingerprint()).isEqualTo(model.weightsFingerprint());
      }
    }
  }

  @Test
  void theConfigurationNamesTheStoredTypeWhereTheSourceDoesNot() throws IOException {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1)) {
      write(RandomModels.LLAMA, model, target, Optional.of(DType.BFLOAT16));
      Files.writeString(target.resolve("config.json"), RandomModels.LLAMA);
      Path again = temporary.resolve("again");
      AtomicFolder.write(
          again,
          files ->
              HubFolder.write(
                  files, target, model.architecture(), model::weight, Optional.empty()));
      var written = new ObjectMapper().readTree(again.resolve("config.json").toFile());
      assertThat(written.path("torch_dtype").asText()).isEqualTo("bfloat16");
    }
  }

  @Test
  void generationSettingsAreMadeOfTheConfigurationWhereTheyAreMissing() throws IOException {
    String config =
        RandomModels.LLAMA.replace(
            "\"eos_token_id\":2", "\"bos_token_id\":1,\"eos_token_id\":[2,3]");
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 1)) {
      write(config, model, target, Optional.of(DType.FLOAT32));
      var made = new ObjectMapper().readTree(target.resolve("generation_config.json").toFile());
      assertThat(made.path("bos_token_id").asInt()).isEqualTo(1);
      assertThat(made.path("eos_token_id").toString()).isEqualTo("[2,3]");
      Files.writeString(source.resolve("generation_config.json"), "{\"top_p\":0.5}");
      write(config, model, temporary.resolve("again"), Optional.of(DType.FLOAT32));
      assertThat(temporary.resolve("again/generation_config.json")).hasContent("{\"top_p\":0.5}");
    }
  }

  @Test
  void aSourceWithoutWeightsNeedsAType() throws IOException {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1)) {
      assertThatThrownBy(() -> write(RandomModels.LLAMA, model, target, Optional.empty()))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("no weights");
    }
  }
}
