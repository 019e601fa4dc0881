package org.tune4j.eval.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class ProbabilityScoresTest {
  @Test
  void scoresAreThoseOfScikitLearn() {
    ProbabilityScores scores = new ProbabilityScores(3);
    scores.add(0, new double[] {.7, .2, .1});
    scores.add(2, new double[] {.1, .0, .9});
    scores.add(1, new double[] {.5, .5, 0});
    assertThat(scores.logLoss()).isCloseTo(0.385060880052168, within(1e-15));
    assertThat(scores.brier()).isCloseTo((0.14 + 0.02 + 0.5) / 3, within(1e-15));
    assertThat(scores.topAccuracy(1)).isOne();
    assertThat(scores.topAccuracy(3)).isOne();
  }

  @Test
  void aCertainMistakeCostsMuchAndNotInfinitelyMuch() {
    ProbabilityScores scores = new ProbabilityScores(2);
    scores.add(1, new double[] {1, 0});
    assertThat(scores.logLoss()).isCloseTo(36.04, within(0.01));
    assertThat(scores.brier()).isEqualTo(2);
    assertThat(scores.halfBrier()).isOne();
    assertThat(scores.topAccuracy(1)).isZero();
  }

  @Test
  void whatAreNoProbabilitiesIsRefused() {
    ProbabilityScores scores = new ProbabilityScores(2);
    assertThatThrownBy(() -> scores.add(0, new double[] {Double.NaN, 1}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> scores.add(0, new double[] {-0.5, 1.5}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("-0.5");
    assertThatThrownBy(() -> scores.add(0, new double[] {0.5, 0.2}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("add up to 0.7");
    assertThatThrownBy(() -> scores.add(2, new double[] {0.5, 0.5}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> scores.add(0, new double[] {1})).isInstanceOf(DataException.class);
    assertThatThrownBy(scores::logLoss).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> scores.topAccuracy(3)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new ProbabilityScores(1)).isInstanceOf(ConfigException.class);
  }
}
