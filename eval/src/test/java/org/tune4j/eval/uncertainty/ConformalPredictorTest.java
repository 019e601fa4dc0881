package org.tune4j.eval.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class ConformalPredictorTest {
  private static final int LABELS = 6;
  private static final int SPLITS = 200;

  /** Of a model whose probabilities are true at temperature 1, and too sure below. */
  private record Examples(double[][] probabilities, int[] gold) {
    static Examples drawn(int n, double temperature, long seed) {
      Random random = new Random(seed);
      double[][] probabilities = new double[n][];
      int[] gold = new int[n];
      for (int row = 0; row < n; row++) {
        double[] logits = new double[LABELS];
        Arrays.setAll(logits, label -> random.nextGaussian());
        double draw = random.nextDouble();
        double[] truth = Distributions.softmax(logits, 1);
        while (draw > truth[gold[row]] && gold[row] < LABELS - 1) {
          draw -= truth[gold[row]++];
        }
        probabilities[row] = Distributions.softmax(logits, temperature);
      }
      return new Examples(probabilities, gold);
    }

    Examples of(int[] rows) {
      return new Examples(
          Arrays.stream(rows).mapToObj(row -> probabilities[row]).toArray(double[][]::new),
          Arrays.stream(rows).map(row -> gold[row]).toArray());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LAC, 0.1, 1",
    "LAC, 0.2, 1",
    "LAC, 0.05, 1",
    "APS, 0.1, 1",
    "APS, 0.2, 1",
    "APS, 0.05, 1",
    "LAC, 0.1, 0.4",
    "LAC, 0.2, 0.4",
    "LAC, 0.05, 0.4"
  })
  void setsCoverTheRightLabelAsOftenAsAskedOverManySplits(
      ConformalScore score, double alpha, double temperature) {
    assertThat(coverage(score, alpha, temperature)).isCloseTo(1 - alpha, within(0.01));
  }

  /** As APS answers with one label where the model is surer than the threshold. */
  @Test
  void ofASureModelAdaptiveSetsCoverMoreOftenThanAsked() {
    assertThat(coverage(ConformalScore.APS, 0.2, 0.4)).isBetween(0.8, 0.85);
  }

  private static double coverage(ConformalScore score, double alpha, double temperature) {
    Examples all = Examples.drawn(2000, temperature, 11);
    double covered = 0;
    for (int split = 0; split < SPLITS; split++) {
      int[] rows = shuffled(2000, split);
      Examples calibration = all.of(Arrays.copyOfRange(rows, 0, 1000));
      Examples test = all.of(Arrays.copyOfRange(rows, 1000, 2000));
      covered +=
          ConformalPredictor.calibrate(score, calibration.probabilities, calibration.gold, alpha)
              .coverage(test.probabilities, test.gold)
              .share();
    }
    return covered / SPLITS;
  }

  private static int[] shuffled(int n, long seed) {
    Random random = new Random(seed);
    int[] rows = IntStream.range(0, n).toArray();
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int row = rows[i];
      rows[i] = rows[j];
      rows[j] = row;
    }
    return rows;
  }

  @ParameterizedTest
  @EnumSource(ConformalScore.class)
  void setsGrowWithWhatIsPromised(ConformalScore score) {
    Examples calibration = Examples.drawn(500, 0.4, 1);
    Examples test = Examples.drawn(300, 0.4, 2);
    double[] alphas = {0.5, 0.3, 0.1, 0.02};
    for (int i = 1; i < alphas.length; i++) {
      ConformalPredictor less =
          ConformalPredictor.calibrate(
              score, calibration.probabilities, calibration.gold, alphas[i - 1]);
      ConformalPredictor more =
          ConformalPredictor.calibrate(
              score, calibration.probabilities, calibration.gold, alphas[i]);
      for (double[] row : test.probabilities) {
        assertThat(Arrays.stream(more.set(row)).boxed().toList())
            .containsAll(Arrays.stream(less.set(row)).boxed().toList());
      }
    }
  }

  @Test
  void tooFewExamplesForThePromiseGiveAllLabels() {
    Examples few = Examples.drawn(8, 0.4, 1);
    ConformalPredictor predictor =
        ConformalPredictor.calibrate(ConformalScore.LAC, few.probabilities, few.gold, 0.1);
    assertThat(predictor.threshold()).isInfinite();
    assertThat(predictor.set(few.probabilities[0])).hasSize(LABELS);
    Examples enough = Examples.drawn(9, 0.4, 1);
    assertThat(
            ConformalPredictor.calibrate(ConformalScore.LAC, enough.probabilities, enough.gold, 0.1)
                .threshold())
        .isFinite();
  }

  @Test
  void anEmptySetIsLeftEmptyByLacOnly() {
    double[] row = {0.4, 0.35, 0.25};
    assertThat(new ConformalPredictor(ConformalScore.LAC, 0.1).set(row)).isEmpty();
    assertThat(new ConformalPredictor(ConformalScore.APS, 0.1).set(row)).containsExactly(0);
  }

  @Test
  void wrongCallsAreRefused() {
    double[][] row = {{0.5, 0.5}};
    ConformalScore lac = ConformalScore.LAC;
    int[] right = {1};
    assertThatThrownBy(() -> ConformalPredictor.calibrate(lac, row, right, 0))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> ConformalPredictor.calibrate(lac, row, new int[] {2}, 0.1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("gold label of example 0");
    assertThatThrownBy(() -> ConformalPredictor.calibrate(lac, row, new int[2], 0.1))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> ConformalPredictor.calibrate(lac, new double[0][], new int[0], 0.1))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new ConformalPredictor(lac, 0.1).set(new double[] {Double.NaN, 1}))
        .isInstanceOf(DataException.class);
  }
}
