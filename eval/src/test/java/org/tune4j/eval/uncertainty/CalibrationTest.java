package org.tune4j.eval.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class CalibrationTest {
  private static final int N = 4000;
  private static final double[][] LOGITS = new double[N][4];
  private static final int[] GOLD = new int[N];

  /** Labels drawn as often as half the logits say: a model that is twice too sure. */
  @BeforeAll
  static void draw() {
    Random random = new Random(5);
    for (int row = 0; row < N; row++) {
      Arrays.setAll(LOGITS[row], label -> 4 * random.nextGaussian());
      double[] truth = Distributions.softmax(LOGITS[row], 2);
      double draw = random.nextDouble();
      while (draw > truth[GOLD[row]] && GOLD[row] < 3) {
        draw -= truth[GOLD[row]++];
      }
    }
  }

  private static ReliabilityDiagram diagram(TemperatureScaling scaling) {
    ReliabilityDiagram diagram = new ReliabilityDiagram(15);
    for (int row = 0; row < N; row++) {
      diagram.add(GOLD[row], scaling.probabilities(LOGITS[row]));
    }
    return diagram;
  }

  @Test
  void theTemperatureIsFoundAndCalibrates() {
    TemperatureScaling fitted = TemperatureScaling.fit(LOGITS, GOLD);
    assertThat(fitted.temperature()).isCloseTo(2, within(0.1));
    assertThat(diagram(new TemperatureScaling(1)).ece()).isGreaterThan(0.05);
    assertThat(diagram(fitted).ece()).isLessThan(0.025);
    double least = fitted.nll(LOGITS, GOLD);
    for (double factor : new double[] {0.9, 0.999, 1.001, 1.1}) {
      assertThat(new TemperatureScaling(fitted.temperature() * factor).nll(LOGITS, GOLD))
          .isGreaterThan(least);
    }
  }

  @Test
  void theTemperatureOfScaledLogitsIsScaled() {
    double[][] scaled =
        Arrays.stream(LOGITS)
            .map(row -> Arrays.stream(row).map(logit -> 3 * logit).toArray())
            .toArray(double[][]::new);
    assertThat(TemperatureScaling.fit(scaled, GOLD).temperature())
        .isCloseTo(3 * TemperatureScaling.fit(LOGITS, GOLD).temperature(), within(1e-9));
  }

  @Test
  void withoutALeastTheBoundsAreGiven() {
    double[][] sure = {{5, 0}, {0, 5}};
    assertThat(TemperatureScaling.fit(sure, new int[] {0, 1}).temperature()).isEqualTo(0.01);
    assertThat(TemperatureScaling.fit(sure, new int[] {1, 0}).temperature()).isEqualTo(100);
    double[][] flat = {{0, 0}};
    assertThat(TemperatureScaling.fit(flat, new int[] {0}).temperature()).isFinite();
  }

  @Test
  void whatCannotBeScaledIsRefused() {
    double[][] nan = {{0, Double.NaN}};
    assertThatThrownBy(() -> TemperatureScaling.fit(nan, new int[] {0}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("logits of example 0");
    assertThatThrownBy(() -> TemperatureScaling.fit(new double[][] {{1, 2}}, new int[] {2}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> TemperatureScaling.fit(LOGITS, new int[] {0}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new TemperatureScaling(0)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new TemperatureScaling(Double.NaN))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void binsHaveTheirUpperEdge() {
    ReliabilityDiagram diagram = new ReliabilityDiagram(4);
    diagram.add(0.25, false);
    diagram.add(0.250001, true);
    diagram.add(1, true);
    diagram.add(0.0, false);
    assertThat(diagram.bins())
        .containsExactly(
            new ReliabilityDiagram.Bin(0.25, 1, 0, 0.25),
            new ReliabilityDiagram.Bin(0.5, 1, 1, 0.250001),
            new ReliabilityDiagram.Bin(1, 1, 1, 1));
    assertThat(diagram.ece()).isCloseTo((0.25 + 0.749999) / 4, within(1e-15));
    assertThat(diagram.mce()).isCloseTo(0.749999, within(1e-15));
  }

  @Test
  void confidencesThatAreNoneAreRefused() {
    ReliabilityDiagram diagram = new ReliabilityDiagram(4);
    assertThatThrownBy(() -> diagram.add(1.01, true)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> diagram.add(Double.NaN, true)).isInstanceOf(DataException.class);
    assertThatThrownBy(diagram::ece).isInstanceOf(DataException.class);
    assertThatThrownBy(diagram::mce).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new ReliabilityDiagram(0)).isInstanceOf(ConfigException.class);
  }
}
