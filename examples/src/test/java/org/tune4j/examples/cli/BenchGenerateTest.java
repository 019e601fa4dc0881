package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.testdata.DemoFiles;

class BenchGenerateTest {
  @TempDir private Path folder;

  @Test
  void itSaysHowFastAndWhat() throws IOException {
    Path model = folder.resolve("model");
    DemoFiles.copyBaseTo(model);
    Path rows = folder.resolve("rows.jsonl");
    Files.writeString(rows, "{\"question\":\"how many?\",\"answer\":\"four\"}\n".repeat(9));
    Path ids = folder.resolve("ids.json");
    CliRun run =
        CliRun.of(
            "bench",
            "generate",
            "--model",
            model,
            "--data",
            rows,
            "--batch",
            2,
            "--prompt-tokens",
            11,
            "--new-tokens",
            5,
            "--runs",
            2,
            "--weights",
            "int8",
            "--ids-out",
            ids);
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode line = run.json().get(0);
    assertThat(line.path("tokens_per_s").asDouble()).isPositive();
    assertThat(line.path("first_token_from_process_start_s").asDouble()).isPositive();
    assertThat(line.path("share_of_memory_limit").asDouble()).isPositive();
    assertThat(line.path("max_abs_logit_drift").asDouble()).isBetween(1e-5, 1.0);
    assertThat(line.path("mean_kl_divergence").asDouble()).isBetween(1e-9, 0.01);
    assertThat(line.path("runs")).hasSize(2);
    JsonNode written = new ObjectMapper().readTree(ids.toFile());
    assertThat(written.path("prompts")).hasSize(2);
    assertThat(written.path("prompts").get(1)).hasSize(11);
    assertThat(written.path("generated").get(1)).hasSize(5);
  }

  @Test
  void tooFewRowsAreAWrongCall() throws IOException {
    Path model = folder.resolve("model");
    DemoFiles.copyBaseTo(model);
    Path rows = folder.resolve("rows.jsonl");
    Files.writeString(rows, "{\"question\":\"how many?\",\"answer\":\"four\"}\n");
    CliRun run = CliRun.of("bench", "generate", "--model", model, "--data", rows);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("too few rows for 1 prompts");
  }
}
