package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.testdata.DemoFiles;

/** A run whose trained numbers all end as they began says so. */
class IdleRunTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"0, false", "0.001, true"})
  void theSummarySaysWhetherAnythingChanged(double rate, boolean changed) throws IOException {
    CliRun run =
        CliRun.of(
            "sft",
            "--model",
            DemoFiles.copyBaseTo(folder.resolve("base")),
            "--data",
            RandomDemo.rows(folder, "sentiment_train.jsonl", 16),
            "--output",
            folder.resolve("run"),
            "--max-steps",
            2,
            "--learning-rate",
            rate,
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get(0).path("changed").asBoolean()).isEqualTo(changed);
    assertThat(run.err().contains("the run changed nothing")).isEqualTo(!changed);
  }
}
