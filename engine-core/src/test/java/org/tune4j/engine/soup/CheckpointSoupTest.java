package org.tune4j.engine.soup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.ByteTokenizer;

/** Means of models and of adapters, and folders that have none. */
class CheckpointSoupTest {
  private static final String LLAMA =
      RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");

  @TempDir Path folder;

  private Path model(String name, String config, int seed) throws IOException {
    Path source = Files.createDirectories(folder.resolve("source-" + name));
    Files.writeString(source.resolve("config.json"), config);
    ByteTokenizer.write(source, false);
    Path target = folder.resolve(name);
    try (CausalLm random = RandomModels.create(config, DType.FLOAT32, seed)) {
      AtomicFolder.write(
          target,
          out ->
              HubFolder.write(
                  out, source, random.architecture(), random::weight, Optional.of(DType.FLOAT32)));
    }
    return target;
  }

  /** An adapter on a base, of a tensor {@code w} and perhaps others. */
  private Path adapter(String name, String base, Map<String, float[]> tensors) throws IOException {
    Path adapter = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"peft_type\":\"LORA\",\"r\":1,\"base_model_name_or_path\":\"%s\"}".formatted(base));
    try (TensorScope scope = TensorScope.open()) {
      List<TensorToWrite> all = new ArrayList<>();
      tensors.forEach(
          (tensor, values) ->
              all.add(StoredTensors.toWrite(tensor, scope.floats(values), values.length)));
      SafetensorsWriter.write(
          adapter.resolve("adapter_model.safetensors"), Map.of("format", "pt"), all);
    }
    return adapter;
  }

  private static float[] values(Path adapter) {
    try (SafetensorsFile file = SafetensorsFile.open(adapter.resolve("adapter_model.safetensors"));
        TensorScope scope = TensorScope.open()) {
      Tensor tensor = TensorOps.zeros(scope, DType.FLOAT32, file.tensors().get("w").shape());
      StoredTensors.fill(tensor, file, "w");
      return tensor.toFloats();
    }
  }

  @Test
  void everyWeightIsTheMeanAndTheFolderIsAModels() throws IOException {
    List<Path> checkpoints =
        List.of(model("a", LLAMA, 1), model("b", LLAMA, 2), model("c", LLAMA, 3));
    Path soup = folder.resolve("soups/uniform");
    long handles = TensorScope.openHandles();
    CheckpointSoup.uniform(checkpoints, soup);
    assertThat(TensorScope.openHandles()).isEqualTo(handles);
    assertThat(soup.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(checkpoints.get(0).resolve("tokenizer.json"));
    List<CausalLm> models = new ArrayList<>();
    checkpoints.forEach(path -> models.add(CausalLm.load(path, DType.FLOAT32)));
    try (CausalLm mean = CausalLm.load(soup, DType.FLOAT32)) {
      for (TensorSlot slot : mean.architecture().slots()) {
        float[] found = mean.weight(slot).toFloats();
        List<float[]> parts = models.stream().map(m -> m.weight(slot).toFloats()).toList();
        for (int i = 0; i < found.length; i++) {
          double wanted = 0;
          for (float[] part : parts) {
            wanted += part[i] / 3.0;
          }
          assertThat((double) found[i]).as(slot.name()).isCloseTo(wanted, within(1e-6));
        }
      }
    } finally {
      models.forEach(CausalLm::close);
    }
  }

  /** Scores are of 2.5 best, of 1 next, of 10 last; the mean of the first two is better still. */
  @Test
  void aGreedySoupTakesWhatMakesItNoWorse() throws IOException {
    Path ten = adapter("ten", "base", Map.of("w", new float[] {10}));
    Path one = adapter("one", "base", Map.of("w", new float[] {1}));
    Path best = adapter("best", "base", Map.of("w", new float[] {2.5f}));
    Path soup = folder.resolve("soup");
    CheckpointSoup.Greedy greedy =
        CheckpointSoup.greedy(
            List.of(ten, one, best), path -> -Math.pow(values(path)[0] - 2, 2), soup);
    assertThat(greedy).isEqualTo(new CheckpointSoup.Greedy(List.of(best, one), -0.0625));
    assertThat(values(soup)).containsExactly(1.75f);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("ten", "one", "best", "soup");
    }
  }

  @Test
  void refusesWhatAreNotCheckpointsOfOneModel() throws IOException {
    Path model = model("a", LLAMA, 1);
    Path larger = model("b", LLAMA.replace("\"hidden_size\":32", "\"hidden_size\":64"), 1);
    Path adapter = adapter("x", "base", Map.of("w", new float[] {1}));
    Path elsewhere = adapter("y", "other", Map.of("w", new float[] {1}));
    Path longer = adapter("z", "base", Map.of("w", new float[] {1, 2}));
    Path more = adapter("m", "base", Map.of("w", new float[] {1}, "v", new float[] {1}));
    Path broken = adapter("n", "base", Map.of("w", new float[] {Float.NaN}));
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertRefused(ConfigException.class, "hidden_size is ", model, larger);
    assertRefused(ConfigException.class, "one is an adapter", model, adapter);
    assertRefused(
        ConfigException.class,
        "base_model_name_or_path is \"base\" and \"other\"",
        adapter,
        elsewhere);
    assertRefused(ConfigException.class, "tensor w is [1] and [2]", adapter, longer);
    assertRefused(ConfigException.class, "tensor v is only in " + more, adapter, more);
    assertRefused(ModelFormatException.class, "NaN", adapter, broken);
    assertRefused(ModelFormatException.class, "neither config.json nor", adapter, empty);
    assertRefused(ConfigException.class, "two checkpoints at least", adapter);
    assertThatThrownBy(() -> CheckpointSoup.uniform(List.of(adapter, adapter), model))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is there already");
  }

  private void assertRefused(
      Class<? extends Tune4jException> type, String message, Path... checkpoints) {
    Path soup = folder.resolve("none");
    assertThatThrownBy(() -> CheckpointSoup.uniform(List.of(checkpoints), soup))
        .isInstanceOf(type)
        .hasMessageContaining(message);
    assertThat(soup).doesNotExist();
  }
}
