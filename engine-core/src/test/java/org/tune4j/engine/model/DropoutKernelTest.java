package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.TensorScope;

class DropoutKernelTest {
  private static final int ROWS = 400;
  private static final int COLUMNS = 500;
  private static KernelModule module;

  @BeforeAll
  static void compile() {
    module =
        KernelModule.load(
            "dropout",
            KernelSources.read(DropoutKernelTest.class, "/org/tune4j/engine/kernels", "dropout"),
            """
              def kept(self: __torch__.Root, x: Tensor, p: Tensor, seed: Tensor) -> Tensor:
                return __torch__.dropout.mask(x, float(p), seed).to(6)
              def draws(self: __torch__.Root, count: Tensor, seed: Tensor) -> Tensor:
                return __torch__.dropout.draws(int(count), seed)
            """);
  }

  @AfterAll
  static void close() {
    module.close();
  }

  private static float[] kept(double p, long seed) {
    try (TensorScope scope = TensorScope.open()) {
      return module
          .call(
              scope,
              "kept",
              scope.floats(new float[ROWS * COLUMNS], ROWS, COLUMNS),
              scope.doubles(new double[] {p}, 1),
              scope.longs(new long[] {seed}, 1))
          .get(0)
          .toFloats();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.05, 0.1, 0.5, 0.77, 0.99})
  void anEntryIsDroppedWithTheProbabilityAskedFor(double p) {
    double dropped = 0;
    int masks = 20;
    for (int seed = 0; seed < masks; seed++) {
      for (float keep : kept(p, seed)) {
        dropped += 1 - keep;
      }
    }
    double entries = (double) masks * ROWS * COLUMNS;
    // Rows share a bound, which adds a little to the spread of independent draws: 6 sigma of both.
    double sigma = Math.sqrt(p * (1 - p) / entries) + 1 / (512 * Math.sqrt(masks * ROWS));
    assertThat(dropped / entries).isBetween(p - 6 * sigma, p + 6 * sigma);
  }

  @Test
  void noRowAndNoColumnIsPreferred() {
    double[] rows = new double[ROWS];
    double[] columns = new double[COLUMNS];
    int masks = 20;
    for (int seed = 0; seed < masks; seed++) {
      float[] kept = kept(0.1, seed);
      for (int i = 0; i < kept.length; i++) {
        rows[i / COLUMNS] += 1 - kept[i];
        columns[i % COLUMNS] += 1 - kept[i];
      }
    }
    for (double row : rows) {
      assertThat(row / masks / COLUMNS).isBetween(0.08, 0.12);
    }
    for (double column : columns) {
      assertThat(column / masks / ROWS).isBetween(0.08, 0.12);
    }
  }

  @Test
  void theMaskIsAFunctionOfTheSeed() {
    assertThat(kept(0.3, 5)).isEqualTo(kept(0.3, 5)).isNotEqualTo(kept(0.3, 6));
  }

  @Test
  void theDrawsAreThoseOfSplitMix64() {
    for (long seed : new long[] {0, 5, -1, Long.MIN_VALUE, 0x123456789ABCDEFL}) {
      try (TensorScope scope = TensorScope.open()) {
        long[] draws =
            module
                .call(
                    scope,
                    "draws",
                    scope.longs(new long[] {1000}, 1),
                    scope.longs(new long[] {seed}, 1))
                .get(0)
                .toLongs();
        assertThat(draws).isEqualTo(new SplittableRandom(seed).longs(1000).toArray());
      }
    }
  }
}
