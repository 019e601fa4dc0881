package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.preflight.Forecast.Division;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult.StopReason;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;

/** Whole runs on a tiny random model. */
class LoraTrainerTest {
  private static final int STEPS = 6;
  private static final DataConfig DATA =
      DataConfig.builder()
          .maxLength(24)
          .packing(Packing.BEST_FIT)
          .preflightAllow("duplicates")
          .build();
  @TempDir Path folder;
  private Tokenizer tokenizer;
  private ExampleSource rows;

  @BeforeEach
  void files() throws IOException {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
    rows = new DataFiles().open(TinyBase.rows(folder.resolve("rows.jsonl"), 40));
  }

  private static LoraConfig lora() {
    return LoraConfig.builder().r(4).loraDropout(0.2).targetModules("all-linear").build();
  }

  private static TrainConfig.Builder training() {
    return TrainConfig.builder()
        .learningRate(2e-2)
        .perDeviceTrainBatchSize(2)
        .gradientAccumulationSteps(3)
        .maxSteps(STEPS)
        .seed(17);
  }

  private LoraTrainer trainer(CausalLm base, TrainConfig config) {
    return new LoraTrainer(base, tokenizer, lora(), config).data(DATA);
  }

  private byte[] train(CausalLm base, TrainConfig config, Path run) throws IOException {
    try (LoraRun result = trainer(base, config).resume(true).train(rows, run)) {
      return Files.readAllBytes(result.adapter().resolve("adapter_model.safetensors"));
    }
  }

  @Test
  void itLearnsAndLeavesWhatItShould() throws IOException {
    List<StepResult> steps = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void onStep(StepResult result) {
            steps.add(result);
          }
        };
    Path run = folder.resolve("run");
    try (CausalLm base = TinyBase.model(false);
        LoraRun result =
            new LoraTrainer(
                    base,
                    tokenizer,
                    LoraConfig.builder()
                        .r(16)
                        .targetModules("all-linear")
                        .modulesToSave("lm_head")
                        .build(),
                    training().maxSteps(40).saveSteps(20).saveTotalLimit(1).build())
                .data(DATA)
                .listener(listener)
                .train(rows, run)) {
      assertThat(steps).hasSize(40);
      assertThat(steps.get(39).loss()).isLessThan(0.5 * steps.get(0).loss());
      assertThat(result.result().reason()).isEqualTo(StopReason.FINISHED);
      assertThat(result.data().kept()).isEqualTo(40);
      assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(40);
      assertThat(run.resolve("checkpoint-40").resolve("adapter_model.safetensors"))
          .hasSameBinaryContentAs(result.adapter().resolve("adapter_model.safetensors"));
      assertThat(run.resolve("checkpoint-20")).doesNotExist();
    }
  }

  /** A run in which a bias had no gradient would be refused. */
  @Test
  void allBiasesOfAllLayersLearn() {
    LoraConfig lora =
        LoraConfig.builder().r(2).bias(LoraConfig.Bias.ALL).targetModules("all-linear").build();
    try (CausalLm base = TinyBase.model("gpt_neox", false, DType.FLOAT32);
        LoraRun result =
            new LoraTrainer(base, tokenizer, lora, training().build())
                .data(DATA)
                .train(rows, folder.resolve("run"))) {
      assertThat(result.lora().weights().all())
          .extracting(trainable -> trainable.slot().name())
          .contains("gpt_neox.final_layer_norm.bias", "gpt_neox.layers.1.input_layernorm.bias");
      assertThat(result.result().reason()).isEqualTo(StopReason.FINISHED);
    }
  }

  @Test
  void aRunThatDoesNotFitIsRefused() {
    try (CausalLm base = TinyBase.model(false)) {
      LoraTrainer trainer = trainer(base, training().build()).memoryLimit(1 << 20);
      assertThatThrownBy(() -> trainer.train(rows, folder.resolve("run")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("memory: about")
          .hasMessageContaining("of 1 MiB");
      assertThat(folder.resolve("run").resolve("metrics.jsonl")).doesNotExist();
      assertThat(folder.resolve("run").resolve("preflight.json")).exists();
    }
  }

  @Test
  void aRunThatIsDividedMakesTheSameUpdatesAndKeepsItsDivision() throws IOException {
    LoraConfig lora = LoraConfig.builder().r(4).targetModules("all-linear").build();
    DataConfig allowed =
        DataConfig.builder()
            .packing(Packing.BEST_FIT)
            .maxLength(DATA.maxLength())
            .preflightAllow("duplicates", "memory")
            .build();
    List<Double> norms = new ArrayList<>();
    List<Double> dividedNorms = new ArrayList<>();
    TrainConfig config = training().saveSteps(1).build();
    try (CausalLm base = TinyBase.model(false)) {
      LoraTrainer asked = new LoraTrainer(base, tokenizer, lora, config).data(allowed);
      asked.listener(gradNorms(norms)).train(rows, folder.resolve("asked")).close();
      LoraTrainer divided = new LoraTrainer(base, tokenizer, lora, config).data(allowed);
      divided.memoryLimit(1).listener(gradNorms(dividedNorms));
      Path whole = folder.resolve("whole");
      divided.train(rows, whole).close();
      assertThat(division(whole).rowsAtOnce()).isEqualTo(1);
      assertThat(division(whole).replanned()).isTrue();
      assertThat(dividedNorms).hasSameSizeAs(norms);
      assertThat(dividedNorms.get(0)).isCloseTo(norms.get(0), withinPercentage(1e-3));

      Path stopped = folder.resolve("stopped");
      LoraTrainer first = new LoraTrainer(base, tokenizer, lora, config).data(allowed);
      first.listener(new StopAfter(2, first::cancel));
      first.memoryLimit(1).train(rows, stopped).close();
      LoraTrainer second = new LoraTrainer(base, tokenizer, lora, config).data(allowed);
      second.resume(true).train(rows, stopped).close();
      assertThat(division(stopped)).isEqualTo(division(whole));
      assertThat(stopped.resolve("adapter").resolve("adapter_model.safetensors"))
          .hasSameBinaryContentAs(whole.resolve("adapter").resolve("adapter_model.safetensors"));
    }
  }

  private static Division division(Path run) {
    return PreflightReport.read(run).orElseThrow().measured().forecast().division();
  }

  private static RunListener gradNorms(List<Double> norms) {
    return new RunListener() {
      @Override
      public void onStep(StepResult result) {
        norms.add(result.gradNorm());
      }
    };
  }

  @Test
  void twoRunsAtOnceGiveWhatEachGivesAlone() throws Exception {
    try (CausalLm base = TinyBase.model(false)) {
      TrainConfig one = training().build();
      TrainConfig other = training().seed(18).build();
      byte[] oneAlone = train(base, one, folder.resolve("one-alone"));
      byte[] otherAlone = train(base, other, folder.resolve("other-alone"));
      assertThat(oneAlone).isNotEqualTo(otherAlone);
      CompletableFuture<byte[]> first =
          CompletableFuture.supplyAsync(() -> unchecked(base, one, "one"));
      CompletableFuture<byte[]> second =
          CompletableFuture.supplyAsync(() -> unchecked(base, other, "other"));
      assertThat(first.get()).isEqualTo(oneAlone);
      assertThat(second.get()).isEqualTo(otherAlone);
    }
  }

  private byte[] unchecked(CausalLm base, TrainConfig config, String run) {
    try {
      return train(base, config, folder.resolve(run));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void goingOnUnderAnythingElseIsRefusedByName() throws IOException {
    TrainConfig config = training().saveSteps(2).build();
    Path run = folder.resolve("run");
    try (CausalLm base = TinyBase.model(false)) {
      train(base, config, run);
      assertRefused(
          () -> train(base, training().saveSteps(2).learningRate(1e-3).build(), run),
          "train.learning_rate was 0.02 and is now 0.001");
      assertRefused(
          () ->
              new LoraTrainer(base, tokenizer, LoraConfig.builder().r(8).build(), config)
                  .data(DATA)
                  .resume(true)
                  .train(rows, run),
          "lora.lora_dropout was 0.2 and is now 0.0");
      assertRefused(
          () ->
              trainer(base, config)
                  .data(DataConfig.builder().maxLength(25).preflightAllow("duplicates").build())
                  .resume(true)
                  .train(rows, run),
          "data.max_length was 24 and is now 25");
      ExampleSource others =
          new DataFiles().open(TinyBase.rows(folder.resolve("others.jsonl"), 41));
      assertRefused(() -> trainer(base, config).resume(true).train(others, run), "rows was 40, ");
      try (TensorScope scope = TensorScope.open()) {
        Tensor norm = base.weight(base.architecture().finalNorm().orElseThrow().slots().get(0));
        TensorOps.copy(TensorOps.rows(scope, norm, 31, 1), scope.floats(new float[] {2}, 1));
      }
      assertRefused(() -> train(base, config, run), "base.weights was ");
    }
    Path file =
        ByteTokenizer.write(Files.createDirectory(folder.resolve("other")), false)
            .resolve("tokenizer.json");
    Files.writeString(file, "\n", StandardOpenOption.APPEND);
    try (CausalLm base = TinyBase.model(false);
        Tokenizer other = Tokenizer.load(file.getParent())) {
      assertRefused(
          () ->
              new LoraTrainer(base, other, lora(), config).data(DATA).resume(true).train(rows, run),
          "tokenizer was ");
    }
  }

  private static void assertRefused(ThrowingCallable call, String field) {
    assertThatThrownBy(call)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("checkpoint-6: ")
        .hasMessageContaining(field);
  }

  @Test
  void aResumeThatWasRefusedLeavesTheRunToTheNext() throws IOException {
    TrainConfig config = training().saveSteps(2).build();
    TrainConfig otherwise =
        training().perDeviceTrainBatchSize(1).gradientAccumulationSteps(6).saveSteps(2).build();
    Path run = folder.resolve("run");
    try (CausalLm base = TinyBase.model(false)) {
      byte[] whole = train(base, config, run);
      assertRefused(
          () -> train(base, otherwise, run),
          "train.gradient_accumulation_steps was 3 and is now 6");
      assertThat(train(base, config, run)).isEqualTo(whole);
    }
  }

  @Test
  void aPlanIsTrainedOnce() {
    Path run = folder.resolve("run");
    try (CausalLm base = TinyBase.model(false)) {
      LoraTrainer.Planned plan = trainer(base, training().build()).plan(rows, run);
      plan.train(base).close();
      assertThatThrownBy(() -> plan.train(base))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("was trained or closed already");
      plan.close();
      LoraTrainer.Planned closed = trainer(base, training().build()).plan(rows, run);
      closed.close();
      assertThatThrownBy(() -> closed.train(base)).isInstanceOf(ConfigException.class);
    }
  }

  @Test
  void aFolderThatHoldsARunIsNotBegunAnew() throws IOException {
    Path run = folder.resolve("run");
    try (CausalLm base = TinyBase.model(false)) {
      train(base, training().saveSteps(2).build(), run);
      byte[] metrics = Files.readAllBytes(run.resolve("metrics.jsonl"));
      assertThatThrownBy(() -> trainer(base, training().saveSteps(2).build()).train(rows, run))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("holds the checkpoints of a run");
      assertThat(run.resolve("metrics.jsonl")).hasBinaryContent(metrics);
    }
  }

  @Test
  void aDamagedCheckpointIsPassedOver() throws IOException {
    try (CausalLm base = TinyBase.model(false)) {
      Path run = folder.resolve("run");
      byte[] whole = train(base, training().saveSteps(2).build(), run);
      Path damaged = run.resolve("checkpoint-6").resolve("training_state.safetensors");
      byte[] bytes = Files.readAllBytes(damaged);
      bytes[bytes.length / 2] ^= 1;
      Files.write(damaged, bytes);
      assertThat(train(base, training().saveSteps(2).build(), run)).isEqualTo(whole);
    }
  }

  @Test
  void earlyStoppingEndsWithTheBestWeights() throws IOException {
    AtomicInteger evaluations = new AtomicInteger();
    double[] values = {3, 2, 2.5, 2.4, 2.3, 2.2};
    Path run = folder.resolve("run");
    try (CausalLm base = TinyBase.model(false);
        LoraRun result =
            trainer(
                    base,
                    training()
                        .evalSteps(1)
                        .metricForBestModel("eval_loss", false)
                        .earlyStoppingPatience(2)
                        .loadBestModelAtEnd(true)
                        .build())
                .evaluation(model -> Map.of("eval_loss", values[evaluations.getAndIncrement()]))
                .train(rows, run)) {
      assertThat(result.result().reason()).isEqualTo(StopReason.EARLY_STOPPED);
      assertThat(result.result().steps()).isEqualTo(4);
      assertThat(result.result().bestStep()).isEqualTo(2);
      assertThat(result.result().bestMetric()).isEqualTo(2.0);
      assertThat(result.adapter().resolve("adapter_model.safetensors"))
          .hasSameBinaryContentAs(run.resolve("checkpoint-2").resolve("adapter_model.safetensors"));
    }
  }

  @Test
  void aWeightThatIsNotFiniteStopsTheRunBeforeTheUpdate() {
    try (CausalLm base = TinyBase.model(false);
        TensorScope scope = TensorScope.open()) {
      float[] bad = new float[TinyBase.VOCABULARY * 32];
      bad[tokenizer.encodeText("\u0007").ids()[0] * 32] = Float.NaN;
      TensorOps.copy(
          base.weight(base.architecture().embeddingSlot()),
          scope.floats(bad, TinyBase.VOCABULARY, 32));
      Path run = folder.resolve("run");
      LoraTrainer trainer = trainer(base, training().build());
      assertThatThrownBy(() -> trainer.train(new DataFiles().open(bell()), run))
          .isInstanceOf(NumericalException.class)
          .hasMessageContaining("Step 3: the weight model.embed_tokens.weight is not finite")
          .hasMessageContaining("the update was not made");
      assertThat(run.resolve("adapter")).doesNotExist();
    }
  }

  /** Rows with the byte 7, whose embedding is not finite. */
  private Path bell() throws IOException {
    return Files.writeString(
        folder.resolve("bell.jsonl"),
        "{\"prompt\": \"a\\u0007b\", \"completion\": \"cd\"}\n".repeat(8));
  }

  @Test
  void aRunWithoutEffectIsRefused() {
    Path run = folder.resolve("run");
    try (CausalLm base = TinyBase.model(false)) {
      assertThatThrownBy(
              () -> trainer(base, training().learningRate(1e-30).build()).train(rows, run))
          .isInstanceOf(NumericalException.class)
          .hasMessageContaining("training moves nothing");
    }
    try (CausalLm dead = CausalLm.empty(TinyBase.architecture("llama", false), DType.FLOAT32)) {
      assertThatThrownBy(() -> trainer(dead, training().build()).train(rows, run))
          .isInstanceOf(NumericalException.class)
          .hasMessageContaining("no gradient")
          .hasMessageContaining("lora_A");
    }
  }
}
