package org.tune4j.eval.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tune4j.engine.DataException;

class RegressionScoresTest {
  private static final double[] GOLD = {1.5, 2.0, -3.0, 4.0, 4.0, 0.5};
  private static final double[] PREDICTED = {1.0, 2.5, -2.0, 4.0, 3.0, 0.5};

  @Test
  void scoresAreThoseOfScikitLearnAndScipy() {
    RegressionScores scores = RegressionScores.of(GOLD, PREDICTED);
    assertThat(scores.mse()).isCloseTo(0.4166666666666667, within(1e-15));
    assertThat(scores.mae()).isCloseTo(0.5, within(1e-15));
    assertThat(scores.r2()).isCloseTo(0.9264705882352942, within(1e-15));
    assertThat(scores.pearson()).isCloseTo(0.9744580105485564, within(1e-15));
    assertThat(scores.spearman()).isCloseTo(0.9856107606091624, within(1e-15));
  }

  @Test
  void constantNumbersHaveNoCorrelation() {
    RegressionScores met = RegressionScores.of(new double[] {2, 2}, new double[] {2, 2});
    assertThat(met.r2()).isOne();
    assertThat(met.pearson()).isNaN();
    assertThat(met.spearman()).isNaN();
    assertThat(RegressionScores.of(new double[] {2, 2}, new double[] {2, 3}).r2()).isZero();
  }

  @Test
  void whatIsNoNumberIsRefused() {
    assertThatThrownBy(() -> RegressionScores.of(new double[] {1}, new double[] {Double.NaN}))
        .isInstanceOf(DataException.class)
        .hasMessage("predicted numbers: found NaN at 0, wanted a finite number");
    assertThatThrownBy(() -> RegressionScores.of(new double[0], new double[0]))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> RegressionScores.of(GOLD, new double[2]))
        .isInstanceOf(DataException.class);
  }
}
