package org.tune4j.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;

/** Runs that learn virtual tokens, with accumulation and packing, stopped after each step. */
class PromptResumeTest {
  private static final String MODEL =
      RandomModels.LLAMA
          .replace("\"vocab_size\":97", "\"vocab_size\":260")
          .replace("\"tie_word_embeddings\":true", "\"tie_word_embeddings\":false");
  private static final int TASKS = 3;
  private static final DataConfig DATA =
      DataConfig.builder()
          .maxLength(24)
          .packing(Packing.BEST_FIT)
          .preflightAllow("duplicates")
          .build();

  @TempDir Path folder;

  /** One way to learn them. */
  private record Variant(
      DType dtype, Recompute recompute, double neftuneNoiseAlpha, PromptLearningConfig method) {}

  static List<Variant> variants() {
    return List.of(
        new Variant(DType.FLOAT32, Recompute.NONE, 0, new PrefixTuningConfig(3, true, 5, false)),
        new Variant(DType.BFLOAT16, Recompute.BLOCKS, 5, new PrefixTuningConfig(2)),
        new Variant(DType.FLOAT16, Recompute.NONE, 0, new PrefixTuningConfig(3, true, 5, false)),
        new Variant(DType.FLOAT16, Recompute.BLOCKS, 0, new PromptEncoderConfig(3, 5)),
        new Variant(DType.FLOAT32, Recompute.BLOCKS, 5, new PromptEncoderConfig(3, 5)),
        new Variant(
            DType.BFLOAT16,
            Recompute.BLOCKS,
            0,
            new PromptEncoderConfig(
                3, PromptEncoderConfig.Reparameterization.LSTM, 4, List.of("lm_head"))),
        new Variant(
            DType.FLOAT32, Recompute.NONE, 0, new MultitaskPromptTuningConfig(2, TASKS, 2)));
  }

  private ExampleSource rows() throws IOException {
    Random random = new Random(7);
    StringBuilder rows = new StringBuilder();
    for (int row = 0; row < 40; row++) {
      String prompt = "ab".repeat(1 + random.nextInt(4));
      rows.append(
          "{\"prompt\":\"%s\",\"completion\":\"%s\",\"task_id\":%d}\n"
              .formatted(prompt, "ba".repeat(2), row % TASKS));
    }
    Path file = folder.resolve("rows.jsonl");
    Files.writeString(file, rows);
    return new DataFiles().open(file);
  }

  private static TrainConfig.Builder training() {
    return TrainConfig.builder().learningRate(2e-2).perDeviceTrainBatchSize(2).seed(17);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void passesTheContract(Variant variant) throws IOException {
    ExampleSource rows = rows();
    TrainConfig config =
        training()
            .gradientAccumulationSteps(3)
            .recompute(variant.recompute())
            .neftuneNoiseAlpha(variant.neftuneNoiseAlpha())
            .maxSteps(ResumeContract.STEPS)
            .saveSteps(1)
            .build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = RandomModels.create(MODEL, variant.dtype(), 3)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            PromptTrainer trainer =
                new PromptTrainer(base, tokenizer, variant.method(), config)
                    .data(DATA)
                    .resume(true);
            trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows, run).close();
          });
    }
  }

  /** Deep prompts before an encoder, and its head: P-tuning v2. */
  @Test
  void aHeadPassesTheContract() throws IOException {
    String encoder =
        """
        {"model_type":"bert","architectures":["BertForSequenceClassification"],"vocab_size":260,
         "hidden_size":32,"intermediate_size":48,"num_hidden_layers":2,"num_attention_heads":4,
         "max_position_embeddings":40,"id2label":{"0":"few","1":"many"}}
        """;
    StringBuilder rows = new StringBuilder();
    for (int row = 0; row < 40; row++) {
      String label = row % 4 < 2 ? "few" : "many";
      rows.append(
          "{\"text\":\"%s\",\"label\":\"%s\"}\n".formatted("ab".repeat(1 + row % 4), label));
    }
    Path file = folder.resolve("labelled.jsonl");
    Files.writeString(file, rows);
    HeadTask task = new HeadTask.SingleLabel(new Labels(List.of("few", "many")));
    DataConfig data = DataConfig.builder().maxLength(24).preflightAllow("duplicates").build();
    TrainConfig config =
        training().gradientAccumulationSteps(3).maxSteps(ResumeContract.STEPS).saveSteps(1).build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = RandomModels.create(encoder, DType.FLOAT32, 3)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            PromptTrainer trainer =
                new PromptTrainer(base, tokenizer, new PrefixTuningConfig(3), config)
                    .head(task)
                    .data(data)
                    .resume(true);
            trainer
                .listener(new StopAfter(stopAfter, trainer::cancel))
                .train(new DataFiles().open(file), run)
                .close();
          });
    }
  }

  @Test
  void rowsOfSeveralTasksMustNameTheirs() throws IOException {
    Path file = folder.resolve("rows.jsonl");
    Files.writeString(
        file,
        """
        {"prompt":"a","completion":"b","task_id":1}
        {"prompt":"a","completion":"c"}
        {"prompt":"a","completion":"d","task_id":"second"}
        {"prompt":"a","completion":"e","task_id":3}
        """);
    TrainConfig config = training().maxSteps(1).build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = RandomModels.create(MODEL, DType.FLOAT32, 3)) {
      PromptTrainer trainer =
          new PromptTrainer(base, tokenizer, new MultitaskPromptTuningConfig(2, TASKS, 1), config);
      assertThatThrownBy(
              () -> trainer.train(new DataFiles().open(file), folder.resolve("run")).close())
          .isInstanceOf(DataException.class)
          .hasMessageContaining("rows.jsonl:2")
          .hasMessageContaining(
              "column 'task_id' is none, wanted is the number of its task, 0 to 2")
          .hasMessageContaining("column 'task_id' is second")
          .hasMessageContaining("column 'task_id' is 3");
    }
  }

  @Test
  void theLossFallsAndTheAdapterIsWhatWasTrained() throws IOException {
    double[] losses = new double[60];
    RunListener listener =
        new RunListener() {
          @Override
          public void onStep(StepResult result) {
            losses[(int) result.step() - 1] = result.loss();
          }
        };
    TrainConfig config = training().learningRate(5e-2).maxSteps(losses.length).build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = RandomModels.create(MODEL, DType.FLOAT32, 3);
        PromptRun run =
            new PromptTrainer(base, tokenizer, new PrefixTuningConfig(4), config)
                .data(DATA)
                .basePath("base")
                .listener(listener)
                .train(rows(), folder.resolve("run"));
        PromptLearning loaded = PromptLearning.load(base, run.adapter())) {
      assertThat(losses[losses.length - 1]).isLessThan(0.8 * losses[0]);
      assertThat(loaded.weights().flat().toFloats())
          .isEqualTo(run.learned().weights().flat().toFloats());
    }
  }
}
