package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Runs that are reported to sinks, one of which is not there. */
class ReportToTest {
  @TempDir private static Path folder;
  private static Path model;
  private static Path rows;

  @BeforeAll
  static void files() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    rows = RandomDemo.rows(folder, "sentiment_train.jsonl", 12);
  }

  private static CliRun train(String command, Path rows, Path run, Object... more) {
    List<Object> call =
        new ArrayList<>(
            List.of(command, "--model", model, "--data", rows, "--output", run, "--precision"));
    call.addAll(List.of("fp32", "--max-steps", "2", "--per-device-train-batch-size", "4"));
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  private static String nobody() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return "http://127.0.0.1:" + free.getLocalPort();
    }
  }

  private static List<Path> events(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("tensorboard"))) {
      return files.toList();
    }
  }

  @Test
  void aServerThatIsNotThereCostsARunNothing() throws IOException {
    long scopes = TensorScope.openScopes();
    Path plain = folder.resolve("plain");
    assertThat(train("sft", rows, plain).code()).isZero();
    assertThat(plain.resolve("tensorboard")).doesNotExist();
    Path run = folder.resolve("reported");
    Object[] sinks = {
      "--report-to", "tensorboard,mlflow", "--mlflow-tracking-uri", nobody(), "--save-steps", "1"
    };
    CliRun trained = train("sft", rows, run, sinks);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(run.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(plain.resolve("adapter/adapter_model.safetensors"));
    assertThat(events(run)).hasSize(1);
    CliRun resumed =
        train("sft", rows, run, "--resume", "--save-steps", "1", "--report-to", "tensorboard");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(events(run)).hasSize(2);
    assertThat(TensorScope.openScopes()).isEqualTo(scopes);
  }

  @Test
  void classifyReportsToo() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      lines.add(
          "{\"text\":\"Room %d was fine\",\"label\":\"%s\"}".formatted(i, i % 2 == 0 ? "x" : "y"));
    }
    Path labelled = Files.write(folder.resolve("labelled.jsonl"), lines);
    Path run = folder.resolve("labels");
    CliRun trained = train("classify", labelled, run, "--report-to", "tensorboard");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(events(run)).hasSize(1);
  }

  @Test
  void aRunWithoutAnAddressIsRefusedBeforeItBegins() {
    CliRun refused =
        train(
            "sft",
            rows,
            folder.resolve("refused"),
            "--report-to",
            "mlflow",
            "--mlflow-tracking-uri",
            "here");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("wanted http://HOST:PORT");
    assertThat(folder.resolve("refused")).doesNotExist();
  }
}
