package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.testdata.DemoFiles;

class BenchAdaptersTest {
  @TempDir private Path folder;

  @Test
  void itWeighsAndTimesAdapters() throws IOException {
    Path model = folder.resolve("model");
    DemoFiles.copyBaseTo(model);
    CliRun run =
        CliRun.of(
            "bench",
            "adapters",
            "--model",
            model,
            "--adapters",
            3,
            "--r",
            2,
            "--batch",
            2,
            "--new-tokens",
            4);
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode line = run.json().get(0);
    assertThat(line.path("adapters").asInt()).isEqualTo(3);
    assertThat(line.path("replace_ms").asDouble()).isPositive();
    assertThat(line.path("tokens_per_s_mixed").asDouble()).isPositive();
  }

  @Test
  void noAdapterIsAWrongCall() {
    CliRun run = CliRun.of("bench", "adapters", "--model", folder, "--adapters", 0);
    assertThat(run.code()).isNotZero();
    assertThat(run.err()).contains("adapters and batch: wanted at least 1");
  }
}
