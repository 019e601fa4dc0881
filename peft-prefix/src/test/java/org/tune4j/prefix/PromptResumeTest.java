package org.tune4j.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Packing;
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
      RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");
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
        new Variant(DType.FLOAT32, Recompute.BLOCKS, 5, new PromptEncoderConfig(3, 5)));
  }

  private ExampleSource rows() throws IOException {
    Random random = new Random(7);
    StringBuilder rows = new StringBuilder();
    for (int row = 0; row < 40; row++) {
      String prompt = "ab".repeat(1 + random.nextInt(4));
      rows.append("{\"prompt\":\"%s\",\"completion\":\"%s\"}\n".formatted(prompt, "ba".repeat(2)));
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
