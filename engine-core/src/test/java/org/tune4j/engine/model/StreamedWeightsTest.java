package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A model whose blocks are read when they are needed computes the same bits. */
class StreamedWeightsTest {
  private static final int VOCABULARY = 97;
  private static final List<int[]> TEXTS = List.of(text(1, 11), text(2, 7), text(3, 1));

  @TempDir private Path temporary;

  private static int[] text(int seed, int length) {
    return new Random(seed).ints(length, 0, VOCABULARY).toArray();
  }

  static Stream<String> configs() {
    return Stream.concat(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream());
  }

  private Path folder(String config, DType stored) throws IOException {
    Path source = Files.createDirectories(temporary.resolve("source"));
    Files.writeString(source.resolve("config.json"), config);
    Path folder = temporary.resolve("model");
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 5)) {
      AtomicFolder.write(
          folder,
          files ->
              HubFolder.write(
                  files,
                  source,
                  Optional.empty(),
                  model.architecture(),
                  model::weight,
                  Optional.empty(),
                  Optional.of(stored),
                  20_000));
    }
    return folder;
  }

  private static double[] scores(BoundModel model) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int[] ids : TEXTS) {
      int[] none = new int[ids.length];
      Arrays.fill(none, EncodedExample.NOT_LEARNED);
      examples.add(new EncodedExample(examples.size(), "text", ids, none));
    }
    Batch batch = Batch.of(examples);
    try (TensorScope work = TensorScope.open()) {
      Tensor hidden = model.hidden(model.upload(batch, work), work);
      Tensor rows = work.longs(IntStream.range(0, batch.tokens()).toArray());
      return TensorOps.cast(work, model.output().logits(hidden, rows, work), DType.FLOAT64)
          .toDoubles();
    }
  }

  private static List<String> generated(BoundModel model, boolean doSample) {
    GenerationConfig config =
        GenerationConfig.builder()
            .maxNewTokens(6)
            .doSample(doSample)
            .repetitionPenalty(1.2)
            .endOfText(Set.of())
            .build();
    return new Generator(model)
        .generate(TEXTS, config).stream().map(each -> Arrays.toString(each.newIds())).toList();
  }

  /** A file's numbers may be infinite in fp16. */
  @Test
  void weightsBeyondFp16AreRefusedByName() throws IOException {
    Path source = Files.createDirectories(temporary.resolve("source"));
    Files.writeString(source.resolve("config.json"), RandomModels.LLAMA);
    Path folder = temporary.resolve("model");
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 5);
        TensorScope work = TensorScope.open()) {
      TensorSlot down = model.architecture().blocks().get(1).groups().get(3).weight();
      float[] numbers = model.weight(down).toFloats();
      numbers[7] = 65520;
      TensorOps.copy(model.weight(down), work.floats(numbers, down.sizes()));
      AtomicFolder.write(
          folder,
          files ->
              HubFolder.write(
                  files, source, model.architecture(), model::weight, Optional.of(DType.FLOAT32)));
      for (WeightFormat format : List.of(WeightFormat.PLAIN, WeightFormat.INT8)) {
        assertThatThrownBy(() -> CausalLm.load(folder, DType.FLOAT16, "cpu", format))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining(down.name() + ": has numbers beyond 65504");
      }
      try (CausalLm streamed = CausalLm.stream(folder, DType.FLOAT16, "cpu");
          BoundModel bound = new BoundModel(streamed, null, null)) {
        assertThatThrownBy(() -> scores(bound))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining(down.name());
      }
      CausalLm.load(folder, DType.BFLOAT16).close();
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void scoresAndTextsAreBitEqual(String config) throws IOException {
    Path folder = folder(config, DType.FLOAT32);
    try (CausalLm resident = CausalLm.load(folder, DType.FLOAT32);
        BoundModel wanted = new BoundModel(resident, null, null);
        CausalLm streamed = CausalLm.stream(folder, DType.FLOAT32, "cpu");
        BoundModel found = new BoundModel(streamed, null, null)) {
      assertThat(scores(found)).isEqualTo(scores(wanted));
      assertThat(generated(found, false)).isEqualTo(generated(wanted, false));
      assertThat(generated(found, true)).isEqualTo(generated(wanted, true));
      assertThat(streamed.weightsFingerprint()).isEqualTo(resident.weightsFingerprint());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "BFLOAT16", "FLOAT64"})
  void whateverIsStoredAndComputedIn(DType computed) throws IOException {
    Path folder = folder(RandomModels.QWEN2, DType.BFLOAT16);
    try (CausalLm resident = CausalLm.load(folder, computed);
        BoundModel wanted = new BoundModel(resident, null, null);
        CausalLm streamed = CausalLm.stream(folder, computed, "cpu");
        BoundModel found = new BoundModel(streamed, null, null);
        BoundModel beside = new BoundModel(streamed, null, null)) {
      double[] scores = scores(wanted);
      assertThat(scores(found)).isEqualTo(scores);
      assertThat(scores(beside)).isEqualTo(scores);
      assertThat(scores(found)).isEqualTo(scores);
    }
  }

  @Test
  void aFileThatIsCutMeanwhileIsAnException() throws IOException {
    Path folder = folder(RandomModels.LLAMA, DType.FLOAT32);
    try (CausalLm streamed = CausalLm.stream(folder, DType.FLOAT32, "cpu");
        BoundModel model = new BoundModel(streamed, null, null);
        Stream<Path> files = Files.list(folder)) {
      scores(model);
      for (Path file : files.filter(each -> each.toString().endsWith(".safetensors")).toList()) {
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
          channel.truncate(Files.size(file) / 2);
        }
      }
      assertThatThrownBy(() -> scores(model))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("something writes to it");
    }
  }

  @Test
  void whatNeedsTheWeightsInMemoryIsRefused() throws IOException {
    Path folder = folder(RandomModels.LLAMA, DType.FLOAT32);
    try (CausalLm streamed = CausalLm.stream(folder, DType.FLOAT32, "cpu")) {
      Architecture architecture = streamed.architecture();
      assertThat(streamed.weight(architecture.embeddingSlot()).isClosed()).isFalse();
      TensorSlot inBlock = architecture.blocks().get(1).slots().get(0);
      assertThatThrownBy(() -> streamed.weight(inBlock))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(inBlock.name())
          .hasMessageContaining("load the model for that");
    }
    Path gguf = GgufFiles.random(temporary, RandomModels.LLAMA);
    assertThatThrownBy(() -> CausalLm.stream(gguf, DType.FLOAT32, "cpu"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("GGUF");
  }

  @Test
  void tensorsThatDoNotFitAreNamed() throws IOException {
    Path folder = folder(RandomModels.LLAMA, DType.FLOAT32);
    Files.writeString(
        folder.resolve("config.json"),
        RandomModels.LLAMA.replace("\"intermediate_size\":48", "\"intermediate_size\":64"));
    assertThatThrownBy(() -> CausalLm.stream(folder, DType.FLOAT32, "cpu"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("mlp.gate_proj.weight");
  }
}
