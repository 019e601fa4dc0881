package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.Tuning;
import org.tune4j.engine.train.TuningReport;
import org.tune4j.engine.trainer.Autotune;

/** Runs that are tuned first, and the same runs as they would be ordered by hand. */
class AutotuneTest {
  private static final DataConfig DATA =
      DataConfig.builder()
          .maxLength(64)
          .packing(Packing.BEST_FIT)
          .preflightAllow("duplicates")
          .build();
  private static final TrainConfig TRAINING =
      TrainConfig.builder()
          .learningRate(2e-2)
          .perDeviceTrainBatchSize(4)
          .gradientAccumulationSteps(2)
          .lossChunkSize(16)
          .maxSteps(5)
          .saveSteps(1)
          .seed(17)
          .build();
  private static final LoraConfig LORA =
      LoraConfig.builder().r(4).loraDropout(0.2).targetModules("all-linear").build();

  @TempDir Path folder;
  private final CausalLm base = TinyBase.model(false);
  private final int threads = NativeGate.threads();
  private final List<TuningReport> reports = new ArrayList<>();
  private Path choices;
  private Tokenizer tokenizer;
  private ExampleSource rows;

  @BeforeEach
  void files() throws IOException {
    choices = folder.resolve("cache").resolve("autotune.json");
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
    rows = new DataFiles().open(TinyBase.rows(folder.resolve("rows.jsonl"), 40));
  }

  @AfterEach
  void close() {
    NativeGate.setThreads(threads);
    tokenizer.close();
    base.close();
  }

  private LoraTrainer trainer(TrainConfig config, DataConfig data) {
    RunListener listener =
        new RunListener() {
          @Override
          public void onTuning(TuningReport report) {
            reports.add(report);
          }
        };
    return new LoraTrainer(base, tokenizer, LORA, config).data(data).listener(listener);
  }

  private LoraTrainer tuned(Duration budget) {
    return trainer(TRAINING, DATA).autotune(new Autotune(choices, budget));
  }

  /** With no time to try anything, unless something was chosen earlier. */
  private LoraTrainer tuned() {
    return tuned(Duration.ZERO);
  }

  /** Trains as an order says that was tuned, and says what it became. */
  private Tuning train(LoraTrainer trainer, Path run) {
    try (LoraTrainer.Planned planned = trainer.plan(rows, run)) {
      planned.train(base).close();
      TrainConfig config = planned.config();
      return new Tuning(
          NativeGate.threads(),
          config.perDeviceTrainBatchSize(),
          config.recompute(),
          config.lossChunkSize(),
          planned.data().maxLength());
    }
  }

  /** The run that says all that was chosen itself. */
  private void trainByHand(Tuning tuning, Path run) {
    NativeGate.setThreads(tuning.threads());
    TrainConfig config = tuning.applied(TRAINING, DATA.maxLength());
    trainer(config, DATA.withMaxLength(tuning.maxLength())).train(rows, run).close();
  }

  /** All files by their hashes, without times, memory and forecasts. */
  private static Map<String, String> files(Path run) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(run)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        String name = run.relativize(path).toString();
        String text = Sha256.hex(Files.readAllBytes(path));
        if (name.equals("metrics.jsonl")) {
          text = Files.readString(path).replaceAll(",\"seconds\":[^}]*", "");
        }
        files.put(name, text);
      }
    }
    files.remove("preflight.json");
    return files;
  }

  private void choose(String name, Object value) throws IOException {
    String text = Files.readString(choices);
    int chosen = text.indexOf("\"chosen\"");
    String after =
        text.substring(chosen).replaceFirst("(\"" + name + "\" : )[^,\\s]+", "$1" + value);
    Files.writeString(choices, text.substring(0, chosen) + after);
  }

  @Test
  void aTunedRunIsTheOneThatIsOrderedSo() throws IOException {
    Tuning tuning = train(tuned(Duration.ofMinutes(5)), folder.resolve("tuned"));
    trainByHand(tuning, folder.resolve("by-hand"));
    assertThat(files(folder.resolve("tuned"))).isEqualTo(files(folder.resolve("by-hand")));
    TuningReport report = reports.get(0);
    assertThat(reports).hasSize(1);
    assertThat(report.stored()).isFalse();
    assertThat(report.chosen()).isEqualTo(tuning);
    assertThat(report.tried()).allMatch(TuningReport.Tried::fits);
    // Each setting was tried in other values too.
    List<Tuning> tried = report.tried().stream().map(TuningReport.Tried::tuning).toList();
    assertThat(tried).extracting(Tuning::perDeviceTrainBatchSize).contains(4, 2, 1);
    assertThat(tried).extracting(Tuning::lossChunkSize).contains(16, 8, 32, 64);
    assertThat(tried).extracting(Tuning::maxLength).contains(64, 32);
    assertThat(report.text()).contains("tokens/s", "\n* ");
  }

  @Test
  void laterRunsTakeWhatWasChosenWithoutTrying() throws IOException {
    train(tuned(), folder.resolve("first"));
    choose("per_device_train_batch_size", 1);
    choose("recompute", "\"BLOCKS\"");
    choose("loss_chunk_size", 8);
    choose("max_length", 128);
    Tuning wanted = new Tuning(threads, 1, Recompute.BLOCKS, 8, 128);
    choose("threads", threads);
    byte[] before = Files.readAllBytes(choices);
    Tuning found = train(tuned(), folder.resolve("second"));
    assertThat(found).isEqualTo(wanted);
    assertThat(reports.get(1).stored()).isTrue();
    assertThat(Files.readAllBytes(choices)).isEqualTo(before);
    trainByHand(wanted, folder.resolve("by-hand"));
    assertThat(files(folder.resolve("second"))).isEqualTo(files(folder.resolve("by-hand")));
    // And it matters what is chosen.
    assertThat(files(folder.resolve("second"))).isNotEqualTo(files(folder.resolve("first")));
  }

  /** Edited, or of a run with shorter rows. */
  @Test
  void whatCannotBeMadeHereIsNotTaken() throws IOException {
    train(tuned(), folder.resolve("first"));
    choose("per_device_train_batch_size", 3);
    train(tuned(), folder.resolve("second"));
    choose("max_length", 8); // Shorter than rows are.
    train(tuned(), folder.resolve("third"));
    assertThat(reports).hasSize(3).noneMatch(TuningReport::stored);
  }

  @Test
  void aRunThatGoesOnKeepsWhatItWasBegunWith() throws IOException {
    train(tuned(), folder.resolve("tuning"));
    choose("per_device_train_batch_size", 2);
    choose("loss_chunk_size", 32);
    choose("max_length", 32);
    train(tuned(), folder.resolve("whole"));
    Path run = folder.resolve("stopped");
    LoraTrainer stopped = tuned();
    train(stopped.listener(new StopAfter(2, stopped::cancel)), run);
    choose("per_device_train_batch_size", 4);
    choose("max_length", 64);
    reports.clear();
    train(tuned().resume(true), run);
    assertThat(reports).isEmpty();
    assertThat(files(run)).isEqualTo(files(folder.resolve("whole")));
  }

  @Test
  void aFileOfSomethingElseIsNamedAndLeftAlone() throws IOException {
    Files.createDirectories(choices.getParent());
    for (String text : List.of("no json", "{\"format\":2,\"choices\":[]}", "{\"format\":1}")) {
      Files.writeString(choices, text);
      Path run = Files.createTempDirectory(folder, "run");
      assertThatThrownBy(() -> train(tuned(), run))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(choices.toString());
      assertThat(choices).hasContent(text);
    }
  }

  @Test
  void withoutTimeTheRunIsMadeAsItWasAskedFor() {
    Tuning tuning = train(tuned(), folder.resolve("run"));
    assertThat(tuning).isEqualTo(new Tuning(threads, 4, Recompute.NONE, 16, 64));
    assertThat(reports.get(0).tried()).hasSize(1);
  }
}
