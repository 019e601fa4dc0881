package org.tune4j.lora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.checkpoint.Manifest;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainConfig;

/** A run of three updates on a tiny model that saves after each, to be disturbed. */
final class SmallRun implements AutoCloseable {
  static final int ROWS = 20;

  private static final DataConfig DATA =
      DataConfig.builder()
          .maxLength(24)
          .packing(Packing.BEST_FIT)
          .preflightAllow("duplicates")
          .build();
  private static final TrainConfig TRAINING =
      TrainConfig.builder()
          .learningRate(2e-2)
          .perDeviceTrainBatchSize(2)
          .maxSteps(3)
          .saveSteps(1)
          .saveTotalLimit(2)
          .seed(17)
          .build();
  private static final LoraConfig LORA =
      LoraConfig.builder().r(2).loraDropout(0.2).targetModules("all-linear").build();

  private final CausalLm base = TinyBase.model(false);
  private final Tokenizer tokenizer;

  /** Loads what all runs share. */
  SmallRun(Path folder) throws IOException {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
  }

  /** A trainer of a run that goes on where an earlier one stopped. */
  LoraTrainer trainer() {
    return new LoraTrainer(base, tokenizer, LORA, TRAINING).data(DATA).resume(true);
  }

  /** Runs to the end, or until something fails. */
  void train(Path folder, RunListener listener) {
    train(trainer().listener(listener), folder);
  }

  private void train(LoraTrainer trainer, Path folder) {
    trainer
        .train(new DataFiles().open(folder.resolve("rows.jsonl")), folder.resolve("run"))
        .close();
  }

  /** Runs, stopped after an update. */
  void trainUntil(int step, Path folder) {
    LoraTrainer trainer = trainer();
    RunListener stop =
        new RunListener() {
          @Override
          public void onStep(StepResult result) {
            if (result.step() == step) {
              trainer.cancel();
            }
          }
        };
    train(trainer.listener(stop), folder);
  }

  /** An empty folder for a run, beside its rows. */
  static Path folder(Path parent) throws IOException {
    Path folder = Files.createTempDirectory(parent, "run-");
    TinyBase.rows(folder.resolve("rows.jsonl"), ROWS);
    return folder;
  }

  /**
   * Every file that a run left, and its losses instead of {@code metrics.jsonl}, which has times;
   * without the pre-flight report, whose forecast is measured.
   */
  static List<Object> left(Path folder) throws IOException {
    Path run = folder.resolve("run");
    List<Object> left = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(run)) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        String name = run.relativize(path).toString();
        if (name.equals("metrics.jsonl")) {
          left.add(Files.readString(path).replaceAll("\"seconds\":[^}]*", ""));
        } else if (!name.equals("preflight.json")) {
          left.add(Manifest.Entry.of(path, name));
        }
      }
    }
    return left;
  }

  /** What was begun in a run's folder and is of no use to anyone. */
  static List<Path> litter(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder.resolve("run"))) {
      return paths.filter(path -> path.getFileName().toString().contains(".writing-")).toList();
    }
  }

  /** The update that a checkpoint was written after. */
  static long step(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().replace("checkpoint-", ""));
  }

  /** Copies what a run left. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from.resolve("run"))) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() {
    base.close();
  }
}
