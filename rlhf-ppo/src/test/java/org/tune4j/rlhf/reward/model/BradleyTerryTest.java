package org.tune4j.rlhf.reward.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.rlhf.reward.BatchReward;

class BradleyTerryTest {
  private static final BradleyTerry PLAIN = new BradleyTerry(0);

  @RepeatedTest(20)
  void aConstantChangesNothing(RepetitionInfo info) {
    Random random = new Random(info.getCurrentRepetition());
    double a = random.nextGaussian();
    double b = random.nextGaussian();
    double m = random.nextGaussian();
    double shift = 8; // Exact beside numbers of this size but for their last bits.
    assertThat(PLAIN.of(a + shift, b + shift, m)).isCloseTo(PLAIN.of(a, b, m), within(1e-13));
    assertThat(PLAIN.byChosen(a, b, m) + PLAIN.byRejected(a, b, m)).isZero();
  }

  @RepeatedTest(20)
  void eitherIsBetter(RepetitionInfo info) {
    Random random = new Random(info.getCurrentRepetition());
    double a = 3 * random.nextGaussian();
    double b = 3 * random.nextGaussian();
    double both = Math.exp(-PLAIN.of(a, b, 0)) + Math.exp(-PLAIN.of(b, a, 0));
    assertThat(both).isCloseTo(1, within(1e-14));
    assertThat(PLAIN.byChosen(a, b, 0) - PLAIN.byChosen(b, a, 0))
        .isCloseTo(PLAIN.byRejected(b, a, 0) - PLAIN.byRejected(a, b, 0), within(1e-15));
  }

  @RepeatedTest(20)
  void derivativesAreThose(RepetitionInfo info) {
    Random random = new Random(info.getCurrentRepetition());
    BradleyTerry loss = new BradleyTerry(random.nextDouble());
    double a = random.nextGaussian();
    double b = random.nextGaussian();
    double m = random.nextGaussian();
    double h = 1e-5;
    assertThat((loss.of(a + h, b, m) - loss.of(a - h, b, m)) / (2 * h))
        .isCloseTo(loss.byChosen(a, b, m), within(1e-9));
    assertThat((loss.of(a, b + h, m) - loss.of(a, b - h, m)) / (2 * h))
        .isCloseTo(loss.byRejected(a, b, m), within(1e-9));
  }

  @Test
  void largeRewardsDoNotOverflow() {
    assertThat(PLAIN.of(-1e6, 1e6, 0)).isEqualTo(2e6);
    assertThat(PLAIN.of(1e6, -1e6, 0)).isZero();
    assertThat(PLAIN.byChosen(-1e6, 1e6, 0)).isEqualTo(-1);
    assertThat(PLAIN.byChosen(1e6, -1e6, 0)).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void wrongCentringIsRefused(double coefficient) {
    assertThatThrownBy(() -> new BradleyTerry(coefficient))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("center_rewards_coefficient");
  }

  /** Of 1, 2, 6: mean 3, deviation sqrt(14/3). */
  @Test
  void ensemblesTrustWhatTheyAgreeOn() throws Exception {
    List<BatchReward> members =
        List.of(s -> new double[] {1, 4}, s -> new double[] {2, 4}, s -> new double[] {6, 4});
    var samples = java.util.Collections.nCopies(2, (org.tune4j.rlhf.reward.RewardSample) null);
    double deviation = Math.sqrt(14.0 / 3);
    assertThat(RewardEnsemble.mean(members, 0).scores(samples)).containsExactly(3, 4);
    assertThat(RewardEnsemble.mean(members, 2).scores(samples))
        .containsExactly(3 - 2 * deviation, 4);
    assertThat(RewardEnsemble.least(members).scores(samples)).containsExactly(1, 4);
    assertThatThrownBy(() -> RewardEnsemble.least(members.subList(0, 1)))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> RewardEnsemble.mean(members, -1)).isInstanceOf(ConfigException.class);
  }
}
