package org.tune4j.eval.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.eval.stats.RowStatistics;

class ThresholdCurveTest {
  private static final boolean[] GOLD = {true, false, true, true, false, false, true, false};
  private static final double[] SCORES = {.9, .9, .8, .3, .3, .2, .5, .5};

  @Test
  void areasAreThoseOfScikitLearn() {
    ThresholdCurve curve = ThresholdCurve.of(GOLD, SCORES);
    assertThat(curve.rocAuc()).isCloseTo(0.65625, within(1e-15));
    assertThat(curve.averagePrecision()).isCloseTo(0.5845238095238094, within(1e-15));
    assertThat(curve.thresholds()).containsExactly(Double.POSITIVE_INFINITY, .9, .8, .5, .3, .2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void rocAucIsHowOftenAPositiveScoresHigher(long seed) {
    Random random = new Random(seed);
    int n = 60;
    boolean[] gold = new boolean[n];
    double[] scores = new double[n];
    for (int i = 0; i < n; i++) {
      gold[i] = i % 3 == 0;
      scores[i] = random.nextInt(12) / 4.0 - 1; // with ties
    }
    double higher = 0;
    double pairs = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (gold[i] && !gold[j]) {
          higher += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
          pairs++;
        }
      }
    }
    assertThat(ThresholdCurve.of(gold, scores).rocAuc()).isCloseTo(higher / pairs, within(1e-12));
    double[] other = Arrays.stream(scores).map(Math::exp).toArray();
    assertThat(ThresholdCurve.of(gold, other).averagePrecision())
        .isEqualTo(ThresholdCurve.of(gold, scores).averagePrecision());
  }

  @Test
  void rowsAddUpToTheCurve() {
    RowStatistics rows = ThresholdCurve.rows(GOLD, SCORES, ThresholdCurve::averagePrecision);
    assertThat(rows.value()).isEqualTo(ThresholdCurve.of(GOLD, SCORES).averagePrecision());
    int[] some = {2, 3, 4, 4, 5, 6, 7, 7}; // without the highest score
    boolean[] gold = new boolean[some.length];
    double[] scores = new double[some.length];
    for (int i = 0; i < some.length; i++) {
      gold[i] = GOLD[some[i]];
      scores[i] = SCORES[some[i]];
    }
    assertThat(rows.metric(rows.sum(some)))
        .isCloseTo(ThresholdCurve.of(gold, scores).averagePrecision(), within(1e-15));
    RowStatistics roc = ThresholdCurve.rows(GOLD, SCORES, ThresholdCurve::rocAuc);
    assertThat(roc.metric(roc.sum(new int[] {0, 2, 3}))).isNaN();
  }

  @Test
  void zeroOfEitherSignIsOneThreshold() {
    ThresholdCurve curve =
        ThresholdCurve.of(new boolean[] {true, false, true}, new double[] {0.0, -0.0, 1});
    assertThat(curve.thresholds()).hasSize(3);
    assertThat(curve.rocAuc()).isEqualTo(0.75);
  }

  @Test
  void whatHasNoCurveIsRefused() {
    assertThatThrownBy(() -> ThresholdCurve.of(new boolean[2], new double[] {1, 2}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("all 2 examples are negative");
    assertThatThrownBy(() -> ThresholdCurve.of(new boolean[] {true}, new double[] {Double.NaN}))
        .isInstanceOf(DataException.class)
        .hasMessage("scores: found NaN at 0, wanted a finite number");
    assertThatThrownBy(() -> ThresholdCurve.of(new boolean[0], new double[0]))
        .isInstanceOf(DataException.class);
  }

  private static final int[] THREE = {0, 1, 2, 0, 1, 2};
  private static final double[][] PROBABILITIES = {
    {.6, .3, .1}, {.2, .5, .3}, {.3, .3, .4}, {.4, .4, .2}, {.5, .25, .25}, {.1, .3, .6}
  };

  @Test
  void ofThreeLabelsEachIsTakenAgainstTheRest() {
    assertThat(MulticlassAuc.oneVsRest(THREE, PROBABILITIES, Average.MACRO))
        .isCloseTo(0.7916666666666666, within(1e-15));
  }

  @Test
  void aLabelWithoutExamplesHasNoArea() {
    int[] two = {0, 1, 0, 0, 1, 1};
    assertThatThrownBy(() -> MulticlassAuc.oneVsRest(two, PROBABILITIES, Average.MACRO))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no example has label 2");
    assertThatThrownBy(() -> MulticlassAuc.oneVsOne(THREE, PROBABILITIES, Average.MICRO))
        .isInstanceOf(ConfigException.class);
    double[][] wrong = PROBABILITIES.clone();
    wrong[3] = new double[] {.9, .9, .9};
    assertThatThrownBy(() -> MulticlassAuc.oneVsOne(THREE, wrong, Average.MACRO))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("example 3");
  }
}
