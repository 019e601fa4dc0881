package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;

/** {@code --autotune}, from the first run to those that only read what it found. */
class AutotuneCommandTest {
  @TempDir Path folder;
  private final int threads = NativeGate.threads();

  @AfterEach
  void asMany() {
    NativeGate.setThreads(threads);
  }

  private CliRun sft(Path run, Object... more) throws IOException {
    NativeGate.setThreads(threads); // As a process of its own begins.
    List<Object> call = new ArrayList<>(List.of("sft", "--output", run));
    call.addAll(Arrays.asList(more));
    CliRun done = CliRun.of(call.toArray());
    assertThat(done.code()).as(done.err()).isZero();
    return done;
  }

  private byte[] adapter(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("adapter").resolve("adapter_model.safetensors"));
  }

  @Test
  void theChoiceIsShownKeptAndWrittenDown() throws IOException {
    Path choices = folder.resolve("choices.json");
    Object[] order = {
      "--model",
      RandomDemo.model(folder, DType.FLOAT32),
      "--data",
      RandomDemo.rows(folder, "sentiment_train.jsonl", 24),
      "--precision",
      "fp32",
      "--max-length",
      "96",
      "--max-steps",
      "2",
      "--lora-dropout",
      "0.1",
      "--per-device-train-batch-size",
      "4",
      "--learning-rate",
      "5e-3",
      "--autotune",
      "--autotune-file",
      choices
    };
    Path tuned = folder.resolve("tuned");
    assertThat(sft(tuned, order).err()).contains("tokens/s", "peak MiB", "chosen: threads ");
    JsonNode kept = new ObjectMapper().readTree(choices.toFile()).at("/choices/0");
    assertThat(kept.path("of").fieldNames())
        .toIterable()
        .contains("cpu", "memory", "libtorch", "precision", "model", "method", "update");
    assertThat(kept.path("tried")).hasSizeGreaterThan(1);
    Path again = folder.resolve("again");
    assertThat(sft(again, order).err()).contains("tuned by an earlier run");
    assertThat(adapter(again)).isEqualTo(adapter(tuned));
    // The run's own configuration has what was chosen, and tunes nothing.
    Path written = folder.resolve("written");
    CliRun byHand = sft(written, "--config", tuned.resolve("config.json"));
    assertThat(byHand.err()).doesNotContain("tuned");
    assertThat(adapter(written)).isEqualTo(adapter(tuned));
  }
}
