package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Scores brought to a common size. */
class ScoreScalingTest {
  private static ScoreScaling scaling(boolean norm) {
    return new ScoreScaling(
        PpoConfig.builder().useScoreScaling(true).useScoreNorm(norm).scoreClip(2.0).build());
  }

  @Test
  void sizeIsThatOfAllScoresSoFar() {
    ScoreScaling scaling = scaling(true);
    scaling.of(new double[] {1, 2});
    // Mean 7/3 and deviation sqrt(7/3) of 1, 2, 4.
    double deviation = Math.sqrt(7.0 / 3);
    assertThat(scaling.of(new double[] {4})[0]).isCloseTo((4 - 7.0 / 3) / deviation, within(1e-6));
    assertThat(scaling(false).of(new double[] {0, 100})[1]).isCloseTo(Math.sqrt(2), within(1e-6));
    assertThat(scaling(false).of(new double[] {99, 100})[1]).isEqualTo(2);
  }

  @Test
  void scoresThatHaveNotVariedKeepTheirSize() {
    ScoreScaling same = scaling(false);
    assertThat(same.of(new double[] {0.3, 0.3, 0.3})).containsExactly(0.3, 0.3, 0.3);
    assertThat(same.of(new double[] {0.3})).containsExactly(0.3);
    assertThat(scaling(false).of(new double[] {1})).containsExactly(1);
    assertThat(scaling(true).of(new double[] {1, 1})[0]).isCloseTo(0, within(1e-15));
  }
}
