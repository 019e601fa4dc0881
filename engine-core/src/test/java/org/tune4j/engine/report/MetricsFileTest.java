package org.tune4j.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StepResult.Outcome;

class MetricsFileTest {
  @TempDir Path run;

  private void record(long firstStep, long lastStep) {
    try (MetricsFile metrics = new MetricsFile(run)) {
      metrics.onStart(new RunStart(firstStep, 9, 1, 2));
      for (long step = firstStep + 1; step <= lastStep; step++) {
        metrics.onStep(new StepResult(step, 2, 0, 1, 0.1, 30, 20, 0.5, Outcome.UPDATED));
        metrics.onEvaluation(step, Map.of("eval_loss", 1.5));
      }
    }
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl"));
  }

  @Test
  void theLossOfRoutersIsTold() throws IOException {
    try (MetricsFile metrics = new MetricsFile(run)) {
      metrics.onStart(new RunStart(0, 9, 1, 2));
      metrics.onStep(new StepResult(1, 2, 1.25, 1, 0.1, 30, 20, 0.5, Outcome.UPDATED));
      metrics.onStep(new StepResult(2, 2, 0, 1, 0.1, 30, 20, 0.5, Outcome.UPDATED));
    }
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(lines().get(0)).path("aux_loss").asDouble()).isEqualTo(1.25);
    assertThat(json.readTree(lines().get(1)).has("aux_loss")).isFalse();
  }

  @Test
  void aRunThatGoesOnDropsWhatWasMadeAfterwards() throws IOException {
    record(0, 3);
    assertThat(lines()).hasSize(6);
    List<String> kept = lines().subList(0, 4);
    record(2, 4);
    assertThat(lines()).hasSize(8).startsWith(kept.toArray(String[]::new));
  }

  @Test
  void halfALineOfAKilledRunIsDropped() throws IOException {
    record(0, 2);
    String whole = Files.readString(run.resolve("metrics.jsonl"));
    Files.writeString(run.resolve("metrics.jsonl"), whole + "{\"step\":3,\"lo");
    record(2, 3);
    assertThat(lines()).hasSize(6).noneMatch(line -> line.endsWith("lo"));
  }

  @Test
  void whatAPowerLossLeftOfALineIsDropped() throws IOException {
    record(0, 2);
    Files.write(
        run.resolve("metrics.jsonl"),
        new byte[] {0, 0, (byte) 0xFF, '\n'},
        StandardOpenOption.APPEND);
    record(2, 3);
    assertThat(lines()).hasSize(6).allMatch(line -> line.startsWith("{"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void eachUpdateSaysHowMuchMemoryIsResident() throws IOException {
    record(0, 1);
    JsonNode line = new ObjectMapper().readTree(lines().get(0));
    assertThat(line.path("rss_mib").asLong()).isPositive();
    assertThat(line.path("peak_rss_mib").asLong())
        .isGreaterThanOrEqualTo(line.path("rss_mib").asLong());
  }
}
