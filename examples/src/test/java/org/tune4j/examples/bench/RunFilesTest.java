package org.tune4j.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.checkpoint.AtomicFolder;

class RunFilesTest {
  @TempDir private Path folder;
  private RunFiles one;
  private RunFiles other;

  @BeforeEach
  void twoEqualRuns() throws IOException {
    one = run("one", 1.5);
    other = run("other", 2.5);
  }

  private RunFiles run(String name, double seconds) throws IOException {
    Path run = folder.resolve(name);
    for (String part : new String[] {"adapter", "checkpoint-9", "checkpoint-10"}) {
      AtomicFolder.write(run.resolve(part), to -> to.write("state", part.getBytes()));
    }
    Files.writeString(
        run.resolve("metrics.jsonl"),
        "{\"step\":9,\"loss\":1.0,\"seconds\":%s,\"rss_mib\":7}\n{\"step\":10,\"loss\":0.5}\n"
            .formatted(seconds));
    return new RunFiles(run, 10);
  }

  @Test
  void measuredTimesDoNotMakeRunsDifferent() {
    assertThat(one.differences(other)).isEmpty();
  }

  @Test
  void aBitOfTheResultDoes() throws IOException {
    Files.writeString(other.path().resolve("adapter/state"), "Adapter");
    assertThat(one.differences(other)).containsExactly("adapter/state");
  }

  @Test
  void aFileThatIsMissingOrTooManyDoes() throws IOException {
    Files.delete(one.path().resolve("checkpoint-10/state"));
    Files.writeString(other.path().resolve("checkpoint-10/more"), "");
    assertThat(one.differences(other)).containsExactly("checkpoint-10/more", "checkpoint-10/state");
  }

  @Test
  void aLostLineOfTheMetricsDoes() throws IOException {
    Files.writeString(one.path().resolve("metrics.jsonl"), "{\"step\":10,\"loss\":0.5}\n");
    assertThat(one.differences(other)).containsExactly("metrics.jsonl");
  }

  @Test
  void theNewestWholeCheckpointIsFoundByNumberAndContent() throws IOException {
    assertThat(one.newestWhole()).isEqualTo(10);
    Files.writeString(one.path().resolve("checkpoint-10/state"), "cut");
    assertThat(one.newestWhole()).isEqualTo(9);
    assertThat(new RunFiles(folder.resolve("none"), 10).newestWhole()).isZero();
  }

  @Test
  void aHalfLineOfTheMetricsIsNotSeen() throws IOException {
    assertThat(one.made()).isEqualTo(10);
    Files.writeString(one.path().resolve("metrics.jsonl"), "{\"step\":4}\n{\"step\":");
    assertThat(one.made()).isEqualTo(4);
    Files.writeString(one.path().resolve("metrics.jsonl"), "{\"st");
    assertThat(one.made()).isZero();
    assertThat(new RunFiles(folder.resolve("none"), 10).made()).isZero();
  }
}
