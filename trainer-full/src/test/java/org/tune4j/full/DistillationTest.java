package org.tune4j.full;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.objective.Distillation;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;

/** A student of another family than its teacher. */
class DistillationTest {
  @TempDir Path folder;
  private Path model;
  private ExampleSource rows;

  private static String bytes(String config) {
    return config.replace("\"vocab_size\":97", "\"vocab_size\":260");
  }

  private static CausalLm teacher() {
    return RandomModels.create(bytes(RandomModels.GPT_NEOX), DType.FLOAT32, 9);
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.builder()
        .learningRate(5e-3)
        .maxSteps(ResumeContract.STEPS)
        .perDeviceTrainBatchSize(2)
        .gradientAccumulationSteps(2)
        .saveSteps(1);
  }

  @BeforeEach
  void files() throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("config.json"), bytes(RandomModels.LLAMA));
    ByteTokenizer.write(source, false);
    model = folder.resolve("model");
    try (CausalLm random = RandomModels.create(bytes(RandomModels.LLAMA), DType.FLOAT32, 3)) {
      AtomicFolder.write(
          model,
          out ->
              HubFolder.write(
                  out, source, random.architecture(), random::weight, Optional.of(DType.FLOAT32)));
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      text.append("{\"text\":\"row %d\"}\n".formatted(i));
    }
    rows = new DataFiles().open(Files.writeString(folder.resolve("rows.jsonl"), text));
  }

  @Test
  void studentComesNearerToItsTeacher() {
    List<Double> losses = new ArrayList<>();
    RunListener recorder =
        new RunListener() {
          @Override
          public void onStep(StepResult result) {
            losses.add(result.loss());
          }
        };
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm teacher = teacher();
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      String before = teacher.weightsFingerprint();
      new FullTrainer(base, tokenizer, model, config().maxSteps(40).saveSteps(0).build())
          .distil(teacher, Distillation.forwardKl(1, 1))
          .listener(recorder)
          .train(rows, folder.resolve("run"))
          .close();
      assertThat(losses.get(39)).isPositive().isLessThan(losses.get(0) / 3);
      assertThat(teacher.weightsFingerprint()).isEqualTo(before);
    }
  }

  @Test
  void passesTheContractAndGoesOnUnderNoOtherTeacher() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm teacher = teacher();
        CausalLm other = RandomModels.create(bytes(RandomModels.GPT_NEOX), DType.FLOAT32, 10);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            FullTrainer trainer =
                trainer(base, tokenizer).distil(teacher, Distillation.gkd(0.5, 1));
            trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows, run).close();
          });
      Path run = folder.resolve("runs").resolve("whole");
      for (FullTrainer otherwise :
          List.of(
              trainer(base, tokenizer).distil(other, Distillation.gkd(0.5, 1)),
              trainer(base, tokenizer))) {
        assertThatThrownBy(() -> otherwise.train(rows, run))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("teacher was Distillation[beta=0.5");
      }
    }
  }

  private FullTrainer trainer(CausalLm base, Tokenizer tokenizer) {
    return new FullTrainer(base, tokenizer, model, config().build())
        .data(DataConfig.DEFAULT)
        .resume(true);
  }

  @Test
  void whatHasNoMeaningBesideATeacherIsRefused() {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm teacher = teacher();
        CausalLm small = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      TrainConfig smoothed = config().labelSmoothingFactor(0.1).build();
      FullTrainer trainer = new FullTrainer(base, tokenizer, model, smoothed);
      assertThatThrownBy(() -> trainer.distil(teacher, Distillation.gkd(0, 1)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("label_smoothing_factor = 0.1");
      assertThatThrownBy(() -> trainer.distil(small, Distillation.gkd(0, 1)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll("97", "260");
    }
  }
}
