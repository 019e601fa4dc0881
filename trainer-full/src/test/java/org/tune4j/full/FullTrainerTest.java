package org.tune4j.full;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;

/** All weights trained, from rows to a folder. */
class FullTrainerTest {
  private static final HeadTask MOOD = new HeadTask.SingleLabel(new Labels(List.of("bad", "good")));

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void model() throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    String config = RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");
    Files.writeString(source.resolve("config.json"), config);
    ByteTokenizer.write(source, false);
    model = folder.resolve("model");
    try (CausalLm random = RandomModels.create(config, DType.FLOAT32, 3)) {
      AtomicFolder.write(
          model,
          out ->
              HubFolder.write(
                  out,
                  source,
                  random.architecture(),
                  random::weight,
                  java.util.Optional.of(DType.FLOAT32)));
    }
  }

  private static TrainConfig config(long steps) {
    return TrainConfig.builder().learningRate(5e-3).maxSteps(steps).saveSteps(4).build();
  }

  @Test
  void theHeadIsWrittenIntoTheModelAndReadBack() throws IOException {
    Path rows = folder.resolve("rows.jsonl");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      text.append(
          "{\"text\":\"%s %c\",\"label\":\"%s\"}\n"
              .formatted(i % 2 == 0 ? "ok" : "no", 'a' + i, i % 2 == 0 ? "good" : "bad"));
    }
    Files.writeString(rows, text);
    List<Prediction> trained;
    Path written;
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32, "cpu", MOOD, 5)) {
      String before = base.weightsFingerprint();
      FullTrainer trainer = new FullTrainer(base, tokenizer, model, config(24)).head(MOOD);
      try (FullRun run = trainer.train(new DataFiles().open(rows), folder.resolve("run"))) {
        written = run.folder();
        assertThat(run.result().loss()).isLessThan(0.3);
        assertThat(run.trained().weights().parameters())
            .isEqualTo(base.architecture().parameters());
        trained = predict(run.trained().model(), tokenizer, rows);
      }
      assertThat(base.weightsFingerprint()).isEqualTo(before);
    }
    assertThat(Architectures.task(written)).contains(MOOD);
    assertThat(folder.resolve("run/checkpoint-24")).isDirectory();
    try (Tokenizer tokenizer = Tokenizer.load(written);
        CausalLm again = CausalLm.load(written, DType.FLOAT32);
        BoundModel bound = new BoundModel(again, null, null)) {
      List<Prediction> read = predict(bound, tokenizer, rows);
      for (int i = 0; i < read.size(); i++) {
        assertThat(read.get(i).outputs()[0]).isEqualTo(trained.get(i).outputs()[0]);
      }
    }
  }

  private static List<Prediction> predict(BoundModel model, Tokenizer tokenizer, Path rows) {
    List<EncodedExample> examples =
        EncodedExamples.all(
            new DataFiles().open(rows),
            new LabelEncoder(tokenizer, DataConfig.DEFAULT, MOOD),
            DataConfig.DEFAULT);
    HeadObjective objective =
        HeadObjective.of(MOOD, HeadLoss.of(MOOD), model.architecture().head());
    return new HeadPredictor(objective).predict(model, examples);
  }

  @Test
  void nextTokensAreLearnedToo() throws IOException {
    Path rows = folder.resolve("texts.jsonl");
    Files.writeString(rows, "{\"text\":\"one two\"}\n{\"text\":\"two one\"}\n");
    Path run = folder.resolve("run");
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32);
        FullRun whole =
            new FullTrainer(base, tokenizer, model, config(8))
                .train(new DataFiles().open(rows), run)) {
      assertThat(whole.result().loss()).isLessThan(3);
      try (CausalLm again = CausalLm.load(whole.folder(), DType.FLOAT32)) {
        assertThat(again.architecture()).isEqualTo(base.architecture());
        assertThat(again.weightsFingerprint()).isNotEqualTo(base.weightsFingerprint());
      }
    }
  }
}
