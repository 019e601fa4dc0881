package org.tune4j.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.prefix.MultitaskPromptTuningConfig.Init;

class PromptFilesTest {
  private static final int[] TEXT = new Random(4).ints(9, 0, 97).toArray();
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  static Stream<PromptLearningConfig> methods() {
    return Stream.of(
        new PrefixTuningConfig(3),
        new PrefixTuningConfig(2, true, 5, false),
        new PromptTuningConfig(3, PromptTuningConfig.Init.RANDOM, List.of(), List.of("model.norm")),
        new PromptEncoderConfig(2, 5),
        new PromptEncoderConfig(2, PromptEncoderConfig.Reparameterization.LSTM, 5, List.of()),
        new MultitaskPromptTuningConfig(3, 1, 2));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void whatIsSavedIsWhatIsLoaded(PromptLearningConfig method) throws IOException {
    Path saved = folder.resolve("adapter");
    try (CausalLm base = RandomModels.create(RandomModels.QWEN3, DType.FLOAT32, 3)) {
      double[] wanted;
      try (PromptLearning learned = PromptLearning.create(base, method, 5)) {
        learned.save(saved, "the/base");
        wanted = logProbs(learned);
      }
      try (PromptLearning loaded = PromptLearning.load(base, saved)) {
        assertThat(loaded.model().virtualTokens()).isEqualTo(method.numVirtualTokens());
        assertThat(logProbs(loaded)).containsExactly(wanted, within(1e-6));
      }
    }
    try (SafetensorsFile file = SafetensorsFile.open(saved.resolve("adapter_model.safetensors"))) {
      List<String> wanted = new ArrayList<>(List.of("prompt_embeddings"));
      method.modulesToSave().forEach(name -> wanted.add("base_model." + name + ".weight"));
      if (method instanceof MultitaskPromptTuningConfig) {
        wanted.addAll(List.of("prefix_task_cols", "prefix_task_rows"));
      }
      assertThat(file.tensors()).containsOnlyKeys(wanted.toArray(String[]::new));
    }
    ObjectNode config = config(saved);
    assertThat(config.get("peft_type").asText()).isEqualTo(method.peftType());
    assertThat(config.get("task_type").asText()).isEqualTo("CAUSAL_LM");
    assertThat(config.get("base_model_name_or_path").asText()).isEqualTo("the/base");
  }

  private static double[] logProbs(PromptLearning learned) {
    GenerationConfig four = GenerationConfig.builder().maxNewTokens(4).build();
    return new Generator(learned.model()).generate(List.of(TEXT), four).get(0).logProbs();
  }

  private static ObjectNode config(Path adapter) throws IOException {
    return (ObjectNode) JSON.readTree(adapter.resolve("adapter_config.json").toFile());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_virtual_tokens | 4          | prompt_embeddings: wanted [4, 72], found [3, 72]",
        "num_virtual_tokens | 0          | num_virtual_tokens: wanted 1 to 65536, found 0",
        "num_virtual_tokens | \"3\"      | num_virtual_tokens",
        "token_dim          | 16         | token_dim",
        "num_layers         | 9          | num_layers",
        "num_attention_heads| 3          | num_attention_heads",
        "num_transformer_submodules | 2  | num_transformer_submodules",
        "peft_type          | \"LORA\"   | wanted PREFIX_TUNING, PROMPT_TUNING, P_TUNING or MULTITASK_PROMPT_TUNING",
        "modules_to_save    | [\"lm_head\"] | modules_to_save: embedding and output layer share one",
        "modules_to_save    | \"lm_head\"   | modules_to_save: wanted a list of names",
        "modules_to_save    | [\"nothing\"] | modules_to_save: nothing matches no module",
      })
  void whatDoesNotFitIsRefusedByName(String field, String value, String message)
      throws IOException {
    Path saved = folder.resolve("adapter");
    String model = RandomModels.QWEN3.replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":3");
    try (CausalLm base = RandomModels.create(model, DType.FLOAT32, 3)) {
      try (PromptLearning learned = PromptLearning.create(base, new PrefixTuningConfig(3), 5)) {
        learned.save(saved, "base");
      }
      ObjectNode config = config(saved);
      config.set(field, JSON.readTree(value));
      Files.write(saved.resolve("adapter_config.json"), JSON.writeValueAsBytes(config));
      assertThatThrownBy(() -> PromptLearning.load(base, saved))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void vectorsBeginAsTheWordsOfAText() throws IOException {
    Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
    PromptTuningConfig config = PromptTuningConfig.text(5, tokenizer, "ab");
    String model = RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");
    int[] ids = tokenizer.encode("ab", true).ids();
    assertThat(ids).hasSize(2);
    try (CausalLm base = RandomModels.create(model, DType.FLOAT32, 3);
        PromptLearning learned = PromptLearning.create(base, config, 1);
        TensorScope work = TensorScope.open()) {
      float[] words = base.weight(base.architecture().embeddingSlot()).toFloats();
      float[] values = learned.model().virtualTokenValues(work).toFloats();
      for (int token = 0; token < 5; token++) {
        int word = ids[token % 2];
        assertThat(Arrays.copyOfRange(values, 32 * token, 32 * token + 32))
            .isEqualTo(Arrays.copyOfRange(words, 32 * word, 32 * word + 32));
      }
    }
  }

  @Test
  void vectorsBeginAsRandomWords() {
    PromptTuningConfig config =
        new PromptTuningConfig(4, PromptTuningConfig.Init.SAMPLE_VOCAB, List.of());
    try (CausalLm base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3);
        PromptLearning learned = PromptLearning.create(base, config, 1);
        TensorScope work = TensorScope.open()) {
      float[] words = base.weight(base.architecture().embeddingSlot()).toFloats();
      float[] values = learned.model().virtualTokenValues(work).toFloats();
      for (int token = 0; token < 4; token++) {
        float[] vector = Arrays.copyOfRange(values, 32 * token, 32 * token + 32);
        assertThat(
                Stream.iterate(0, w -> w + 1)
                    .limit(97)
                    .map(w -> Arrays.copyOfRange(words, 32 * w, 32 * w + 32)))
            .contains(vector);
      }
    }
  }

  private static MultitaskPromptTuningConfig target(Init init, int tasks, Path file, int task) {
    return new MultitaskPromptTuningConfig(3, tasks, 2, init, Optional.of(file), task, List.of());
  }

  @Test
  void aTargetBeginsAsItsSource() {
    try (CausalLm base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3)) {
      Path file = folder.resolve("source").resolve("adapter_model.safetensors");
      float[] source;
      try (PromptLearning learned =
          PromptLearning.create(base, new MultitaskPromptTuningConfig(3, 2, 2), 5)) {
        learned.save(folder.resolve("source"), "base");
        source = learned.weights().flat().toFloats();
      }
      int shared = 3 * 32;
      try (PromptLearning exact =
              PromptLearning.create(base, target(Init.EXACT_SOURCE_TASK, 1, file, 1), 6);
          PromptLearning average =
              PromptLearning.create(base, target(Init.AVERAGE_SOURCE_TASKS, 1, file, 0), 6);
          PromptLearning only =
              PromptLearning.create(base, target(Init.ONLY_SOURCE_SHARED, 2, file, 0), 6)) {
        int columns = 3 * 2;
        float[] exactly = exact.weights().flat().toFloats();
        float[] averaged = average.weights().flat().toFloats();
        float[] begun = only.weights().flat().toFloats();
        for (int i = 0; i < shared; i++) {
          assertThat(exactly[i]).isEqualTo(source[i]);
          assertThat(averaged[i]).isEqualTo(source[i]);
          assertThat(begun[i]).isEqualTo(source[i]);
        }
        for (int i = 0; i < columns; i++) {
          float first = source[shared + i];
          float second = source[shared + columns + i];
          assertThat(exactly[shared + i]).isEqualTo(second);
          assertThat(averaged[shared + i]).isCloseTo((first + second) / 2, within(1e-8f));
          assertThat(begun[shared + i]).isNotEqualTo(first);
        }
      }
      assertThatThrownBy(
              () -> PromptLearning.create(base, target(Init.EXACT_SOURCE_TASK, 1, file, 2), 6))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("prefix_task_cols has 2 tasks; prompt_tuning_init_task 2");
      MultitaskPromptTuningConfig longer =
          new MultitaskPromptTuningConfig(
              4, 1, 2, Init.ONLY_SOURCE_SHARED, Optional.of(file), 0, List.of());
      assertThatThrownBy(() -> PromptLearning.create(base, longer, 6))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("prompt_embeddings: wanted [4, 32], found [3, 32]");
      MultitaskPromptTuningConfig wider =
          new MultitaskPromptTuningConfig(
              3, 1, 3, Init.AVERAGE_SOURCE_TASKS, Optional.of(file), 0, List.of());
      assertThatThrownBy(() -> PromptLearning.create(base, wider, 6))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("prefix_task_cols: wanted [2, 3, 3], found [2, 3, 2]");
      try (PromptLearning plain = PromptLearning.create(base, new PromptTuningConfig(3), 5)) {
        plain.save(folder.resolve("plain"), "base");
      }
      Path other = folder.resolve("plain").resolve("adapter_model.safetensors");
      assertThatThrownBy(
              () -> PromptLearning.create(base, target(Init.EXACT_SOURCE_TASK, 1, other, 0), 6))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("prefix_task_cols: wanted numbers of source training");
    }
  }

  @Test
  void whatAnotherBaseHasLearnedIsNoStart() throws IOException {
    Path config = Files.createDirectory(folder.resolve("source"));
    Files.writeString(config.resolve("config.json"), RandomModels.QWEN3);
    Path model = folder.resolve("model");
    try (CausalLm base = RandomModels.create(RandomModels.QWEN3, DType.FLOAT32, 3)) {
      AtomicFolder.write(
          model,
          files ->
              HubFolder.write(
                  files, config, base.architecture(), base::weight, Optional.of(DType.FLOAT32)));
    }
    Path learned = folder.resolve("learned");
    MultitaskPromptTuningConfig start =
        target(Init.ONLY_SOURCE_SHARED, 1, learned.resolve("adapter_model.safetensors"), 0);
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      MultitaskPromptTuningConfig source = new MultitaskPromptTuningConfig(3, 2, 1);
      try (PromptLearning prompts = PromptLearning.create(base, source, 5)) {
        prompts.save(learned, "the/base");
      }
      PromptLearning.create(base, start, 5).close();
      Path noted = learned.resolve("base.json");
      Files.writeString(
          noted, Files.readString(noted).replaceFirst("\"values\":\\[", "\"values\":[7,"));
      assertThatThrownBy(() -> PromptLearning.create(base, start, 5))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(noted + ": the adapter was made for the/base");
    }
  }

  @Test
  void aPrefixOfZerosIsZeros() {
    for (boolean projection : new boolean[] {false, true}) {
      PrefixTuningConfig config = new PrefixTuningConfig(2, projection, 0, true);
      try (CausalLm base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3);
          PromptLearning learned = PromptLearning.create(base, config, 1);
          TensorScope work = TensorScope.open()) {
        assertThat(learned.model().virtualTokenValues(work).toFloats()).containsOnly(0f);
      }
    }
  }

  @Test
  void settingsThatMeanNothingAreRefused() {
    Map.<String, Runnable>of(
            "num_virtual_tokens", () -> new PrefixTuningConfig(0),
            "encoder_hidden_size", () -> new PromptEncoderConfig(3, -1),
            "num_tasks", () -> new MultitaskPromptTuningConfig(3, 0, 1),
            "num_ranks", () -> new MultitaskPromptTuningConfig(3, 1, 0),
            "prompt_tuning_init_state_dict_path",
                () ->
                    new MultitaskPromptTuningConfig(
                        3, 1, 1, Init.ONLY_SOURCE_SHARED, Optional.empty(), 0, List.of()),
            "num_tasks: wanted 1", () -> target(Init.AVERAGE_SOURCE_TASKS, 2, Path.of("a"), 0),
            "prompt_tuning_init_task", () -> target(Init.EXACT_SOURCE_TASK, 1, Path.of("a"), -1),
            "prompt_tuning_init",
                () -> new PromptTuningConfig(3, PromptTuningConfig.Init.TEXT, List.of()))
        .forEach(
            (field, call) ->
                assertThatThrownBy(call::run)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(field));
  }
}
