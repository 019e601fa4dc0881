package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.TrainConfig;

/** Checkpoints that earlier versions wrote are gone on from: one of each format is kept. */
class CheckpointFormatTest {
  private static final int SAVED = 2;
  private static final List<String> FILES =
      List.of(
          "adapter_config.json",
          "adapter_model.safetensors",
          "manifest.json",
          "trainer_state.json",
          "training_state.safetensors");

  @TempDir Path folder;
  private int threads;

  @BeforeEach
  void oneThread() {
    threads = NativeGate.threads();
    NativeGate.setThreads(1);
  }

  @AfterEach
  void threadsAsBefore() {
    NativeGate.setThreads(threads);
  }

  @Test
  void format1IsGoneOnFrom() throws IOException {
    Path run = folder.resolve("run");
    Path checkpoint = Files.createDirectories(run.resolve("checkpoint-" + SAVED));
    for (String file : FILES) {
      try (InputStream in = getClass().getResourceAsStream("checkpoint-format-1/" + file)) {
        Files.copy(in, checkpoint.resolve(file));
      }
    }
    long[] first = {0};
    RunListener start =
        new RunListener() {
          @Override
          public void onStart(RunStart value) {
            first[0] = value.firstStep();
          }
        };
    // Cancelled at once, what it leaves is what it read.
    train(folder, run, true, start);
    assertThat(first[0]).isEqualTo(SAVED);
    assertThat(run.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(checkpoint.resolve("adapter_model.safetensors"));
    train(folder, run, false, start);
    assertThat(run.resolve("checkpoint-4")).isDirectory();
  }

  private static void train(Path files, Path run, boolean cancelled, RunListener listener)
      throws IOException {
    ExampleSource rows = new DataFiles().open(TinyBase.rows(files.resolve("rows.jsonl"), 20));
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(files, false));
        CausalLm base = TinyBase.model(false)) {
      LoraTrainer trainer =
          new LoraTrainer(
                  base,
                  tokenizer,
                  LoraConfig.builder().r(2).loraDropout(0.1).targetModules("q_proj").build(),
                  TrainConfig.builder()
                      .learningRate(1e-2)
                      .perDeviceTrainBatchSize(4)
                      .maxSteps(4)
                      .saveSteps(SAVED)
                      .build())
              .data(DataConfig.builder().maxLength(24).preflightAllow("duplicates").build())
              .listener(listener)
              .resume(true);
      if (cancelled) {
        trainer.cancel();
      }
      trainer.train(rows, run).close();
    }
  }

  /**
   * Writes {@code checkpoint-2} of the present format, to be kept when a release has changed it.
   *
   * @param arguments a folder
   */
  public static void main(String[] arguments) throws IOException {
    NativeGate.setThreads(1);
    Path folder = Path.of(arguments[0]);
    train(folder, folder.resolve("run"), false, new RunListener() {});
  }
}
