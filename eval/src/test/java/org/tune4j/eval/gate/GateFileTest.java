package org.tune4j.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.gate.GateCondition.Bound;
import org.tune4j.eval.gate.GateCondition.JudgeBy;

class GateFileTest {
  @TempDir Path folder;

  private QualityGate read(String yaml) throws IOException {
    return QualityGate.read(Files.writeString(folder.resolve("gate.yaml"), yaml));
  }

  @Test
  void readsConditions() throws IOException {
    QualityGate gate =
        read(
            """
            gates:
              - figure: accuracy
                at_least: 0.85
              - task: service
                figure: ttft_p95_ms
                at_most: 250
                judge_by: interval
                required: false
            """);
    assertThat(gate.name()).endsWith("gate.yaml");
    assertThat(gate.conditions())
        .containsExactly(
            GateCondition.atLeast("accuracy", 0.85),
            new GateCondition(
                Optional.of("service"),
                "ttft_p95_ms",
                Bound.AT_MOST,
                250,
                JudgeBy.INTERVAL,
                false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{gates: []} | gates: found none, wanted at least one",
        "{gates: {figure: x}} | gates: found object, wanted a list of conditions",
        "{figure: x} | unknown key figure; the nearest is gates",
        "{} | gates: found missing, wanted a list of conditions",
        "{gates: [x]} | gates[0]: wanted keys with values, found string",
        "{gates: [{figure: x, at_leest: 1}]} | gates[0]: unknown key at_leest; the nearest is at_least",
        "{gates: [{at_least: 1}]} | gates[0]: figure is missing; wanted a name",
        "{gates: [{figure: 3, at_least: 1}]} | gates[0]: figure: found 3, wanted a name",
        "{gates: [{figure: x}]} | gates[0]: found no limit, wanted one of at_least and at_most",
        "{gates: [{figure: x, at_least: 1, at_most: 2}]} | found at_least and at_most, wanted one of",
        "{gates: [{figure: x, at_least: '1'}]} | gates[0]: at_least: found \"1\", wanted a finite number",
        "{gates: [{figure: x, at_most: .nan}]} | no valid YAML at line 1: Malformed numeric value '.nan'",
        "{gates: [{figure: x, at_most: 1e999}]} | wanted a finite number",
        "{gates: [{figure: x, at_least: 1, judge_by: hope}]} | judge_by: found \"hope\", wanted one of value",
        "{gates: [{figure: x, at_least: 1, required: 1}]} | required: found 1, wanted true or false",
        "{gates: [{figure: x, figure: y, at_least: 1}]} | no valid YAML at line 1: Duplicate",
      })
  void refusesWhatMeansNothing(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gate.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void refusesWhatIsMissing() {
    assertThatThrownBy(() -> QualityGate.read(folder.resolve("none.yaml")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.yaml: no such file");
  }
}
