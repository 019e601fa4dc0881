package org.tune4j.full;

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
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.Distillation;
import org.tune4j.engine.objective.HiddenMatch;
import org.tune4j.engine.objective.WeightAnchor;
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

  /** A projection between widths is learned along, and is in checkpoints and in no model. */
  @Test
  void aLearnedProjectionPassesTheContract() throws IOException {
    HiddenMatch match = new HiddenMatch(HiddenMatch.Kind.MSE, 1, Map.of(1, 1, 3, 2));
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm teacher = wideTeacher();
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            FullTrainer trainer =
                trainer(base, tokenizer).distil(teacher, Distillation.forwardKl(1, 0.5), match);
            trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows, run).close();
          });
      Path run = folder.resolve("runs").resolve("whole");
      long saved = weightsInCheckpoint(run);
      assertThat(saved - base.architecture().parameters()).isEqualTo(64 * 32);
      try (SafetensorsFile written = SafetensorsFile.open(run.resolve("model/model.safetensors"))) {
        assertThat(written.tensors().keySet()).noneMatch(name -> name.startsWith("loss/"));
      }
      FullTrainer without =
          trainer(base, tokenizer).distil(teacher, Distillation.forwardKl(1, 0.5));
      assertThatThrownBy(() -> without.train(rows, run))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("HiddenMatch[kind=MSE, weight=1.0, layers={1=1, 3=2}]");
    }
  }

  private static CausalLm wideTeacher() {
    return RandomModels.create(bytes(RandomModels.QWEN2_64), DType.FLOAT32, 9);
  }

  private static long weightsInCheckpoint(Path run) {
    Path state = run.resolve("checkpoint-" + ResumeContract.STEPS);
    try (SafetensorsFile file = SafetensorsFile.open(state.resolve("training_state.safetensors"))) {
      return file.tensors().get("weights").elements();
    }
  }

  @Test
  void aProjectionIsLearnedAndAnOldTaskDoesNotHoldIt() {
    Path fisher = folder.resolve("fisher.safetensors");
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm teacher = wideTeacher();
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      List<EncodedExample> sample =
          List.of(new EncodedExample(0, "old", new int[] {7, 8}, new int[] {7, 8}));
      try (FullModel old = new FullModel(base, Freezing.NONE);
          WeightAnchor anchor =
              WeightAnchor.measure(
                  old.model(), old.weights(), new CausalLmObjective(), sample, base.scope())) {
        anchor.write(fisher);
      }
      double[][] projections = new double[2][];
      for (int i = 0; i < 2; i++) {
        try (FullRun run =
            new FullTrainer(base, tokenizer, model, config().maxSteps(1 + 5 * i).build())
                .distil(teacher, Distillation.forwardKl(1, 0.5), HiddenMatch.mse(1))
                .ewc(fisher, 10)
                .train(rows, folder.resolve("held" + i))) {
          Trainable projection =
              run.weights().all().stream().filter(Trainable::isOfLoss).findFirst().orElseThrow();
          float[] values = run.weights().master(projection.slot()).toFloats();
          projections[i] = IntStream.range(0, values.length).mapToDouble(k -> values[k]).toArray();
        }
      }
      assertThat(projections[1]).hasSize(64 * 32).isNotEqualTo(projections[0]);
    }
  }

  /** The teacher is asked once, and closed before the run begins. */
  @Test
  void whatWasKeptOfATeacherTakesItsPlace() throws IOException {
    Path logits = folder.resolve("teacher.safetensors");
    Distillation how = Distillation.gkd(0.5, 2);
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      write(logits, how, tokenizer, base);
      for (int stopAfter : new int[] {0, 5}) {
        Path run = folder.resolve("stopped-" + stopAfter);
        FullTrainer trainer = trainer(base, tokenizer).distil(logits, how);
        trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows, run).close();
      }
      Path run = folder.resolve("stopped-5");
      trainer(base, tokenizer).distil(logits, how).train(rows, run).close();
      assertThat(run.resolve("model/model.safetensors"))
          .hasSameBinaryContentAs(folder.resolve("stopped-0/model/model.safetensors"));
      ExampleSource other =
          new DataFiles()
              .open(Files.writeString(folder.resolve("other.jsonl"), "{\"text\":\"another\"}\n"));
      FullTrainer ofOtherRows =
          new FullTrainer(base, tokenizer, model, config().build()).distil(logits, how);
      assertThatThrownBy(() -> ofOtherRows.train(other, folder.resolve("other")))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll(logits.toString(), "other rows");
      FullTrainer withoutFile =
          new FullTrainer(base, tokenizer, model, config().build())
              .distil(folder.resolve("nothing.safetensors"), how);
      assertThatThrownBy(() -> withoutFile.train(rows, folder.resolve("none")))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("nothing.safetensors");
    }
  }

  /** With all tokens kept, and packed rows, a run is what it is with the teacher beside it. */
  @Test
  void whatWasKeptOfATeacherTrainsAsTheTeacherDoes() {
    Path logits = folder.resolve("teacher.safetensors");
    Distillation how = Distillation.forwardKl(2, 0.7);
    DataConfig packed = DataConfig.builder().maxLength(16).packing(Packing.WRAPPED).build();
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm teacher = teacher();
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      FullTrainer order = trainer(base, tokenizer).data(packed).distil(logits, how);
      try (var planned = order.plan(rows, folder.resolve("kept"));
          var beside =
              trainer(base, tokenizer)
                  .data(packed)
                  .distil(teacher, how)
                  .train(rows, folder.resolve("beside"))) {
        planned.writeTeacherLogits(teacher, logits, 260);
        try (FullRun kept = planned.train(base)) {
          float[] wanted = beside.weights().flat().toFloats();
          assertThat(kept.weights().flat().toFloats()).containsExactly(wanted, within(1e-4f));
          assertThat(kept.result().loss()).isCloseTo(beside.result().loss(), within(1e-5));
        }
      }
    }
  }

  private void write(Path logits, Distillation how, Tokenizer tokenizer, CausalLm base) {
    FullTrainer order =
        new FullTrainer(base, tokenizer, model, config().build()).distil(logits, how);
    try (CausalLm teacher = teacher();
        var planned = order.plan(rows, folder.resolve("planned"))) {
      planned.writeTeacherLogits(teacher, logits, 8);
    }
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
