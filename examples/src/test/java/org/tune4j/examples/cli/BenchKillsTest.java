package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Runs that SIGKILL ends at random instants give the bytes of runs that nothing ended. */
class BenchKillsTest {
  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere a killed process has another code")
  void twentyKillsLoseNothing() {
    CliRun run = CliRun.of("bench", "kills", "--count", "20", "--seed", "20261124");
    List<JsonNode> lines = run.json();
    assertThat(run.err()).isEqualToIgnoringNewLines("seed 20261124");
    assertThat(lines.get(lines.size() - 1)).hasToString("{\"kills\":20,\"byte_equal\":20}");
    assertThat(run.code()).isZero();
  }

  @Test
  void aCountBelowOneIsAWrongCall() {
    CliRun run = CliRun.of("bench", "kills", "--count", "0");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("count: wanted at least 1, found 0");
  }
}
