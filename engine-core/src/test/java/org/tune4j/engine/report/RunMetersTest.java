package org.tune4j.engine.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StepResult.Outcome;

class RunMetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final RunMeters meters = new RunMeters();

  RunMetersTest() {
    meters.bindTo(registry);
  }

  private double value(String name) {
    return registry.get(name).gauge().value();
  }

  @Test
  void theLastUpdateIsShown() {
    assertThat(value("tune4j.step")).isNaN();
    meters.onStep(new StepResult(1, 3, 0, 1, 1e-4, 10, 5, 1, Outcome.UPDATED));
    meters.onStep(new StepResult(2, 2.5, 0, 1, 1e-4, 96, 40, 0.5, Outcome.UPDATED));
    assertThat(value("tune4j.step")).isEqualTo(2);
    assertThat(value("tune4j.loss")).isEqualTo(2.5);
    assertThat(value("tune4j.tokens.per.second")).isEqualTo(192);
  }

  @Test
  void scopesAndHandlesAreCounted() {
    double scopes = value("tune4j.scopes.open");
    double handles = value("tune4j.handles.open");
    try (TensorScope scope = TensorScope.open()) {
      scope.floats(new float[] {1});
      assertThat(value("tune4j.scopes.open")).isEqualTo(scopes + 1);
      assertThat(value("tune4j.handles.open")).isEqualTo(handles + 2);
    }
    assertThat(value("tune4j.scopes.open")).isEqualTo(scopes);
    assertThat(value("tune4j.handles.open")).isEqualTo(handles);
  }

  @Test
  void nativeBytesRiseAndFallWithATensor() {
    long size = 200L << 20;
    double before = value("tune4j.memory.native");
    assumeFalse(Double.isNaN(before), "the system does not tell");
    try (TensorScope scope = TensorScope.open()) {
      scope.empty(DType.UINT8, size);
      assertThat(value("tune4j.memory.native")).isGreaterThan(before + 0.9 * size);
    }
    assertThat(value("tune4j.memory.native")).isLessThan(before + 0.5 * size);
    assertThat(value("tune4j.memory.resident")).isGreaterThan(1 << 20);
  }
}
