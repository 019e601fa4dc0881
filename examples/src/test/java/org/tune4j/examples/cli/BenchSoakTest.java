package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The long runs, made short. */
class BenchSoakTest {
  @Test
  void scopesAreConstantWhileTraining() {
    CliRun run = CliRun.of("bench", "soak", "--steps", "100");
    JsonNode line = run.json().get(0);
    assertThat(line.path("steps").asInt()).isEqualTo(100);
    assertThat(line.path("rss_slope_mib_per_1000").isNumber()).isTrue();
    assertThat(line.path("scopes").asInt()).isPositive();
    assertThat(run.code()).as(run.err()).isZero();
  }

  @Test
  void twoTrainingsAndAGenerationGiveTheSameAsAlone() {
    CliRun run = CliRun.of("bench", "soak", "--together", "--minutes", "0");
    assertThat(run.out().strip())
        .isEqualTo("{\"minutes\":0.0,\"trainings\":2,\"generations\":1,\"equal\":3}");
    assertThat(run.code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "--steps 99, wanted at least 100",
    "--minutes 3, only with together",
    "--together --steps 100, not with together",
    "--together --minutes -1, wanted 0 or more"
  })
  void whatCannotBeMeantIsAWrongCall(String options, String says) {
    CliRun run = CliRun.of((Object[]) ("bench soak " + options).split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(says);
  }
}
