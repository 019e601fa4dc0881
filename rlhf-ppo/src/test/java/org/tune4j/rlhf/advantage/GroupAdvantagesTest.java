package org.tune4j.rlhf.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupAdvantagesTest {
  private static final int GENERATIONS = 4;
  private final double[] rewards = new Random(3).doubles(20, -2, 2).toArray();

  @ParameterizedTest
  @EnumSource(RewardScale.class)
  void thoseOfAGroupSumToZeroWhateverIsAddedToItsRewards(RewardScale scale) {
    double[] found = GroupAdvantages.ofMean(rewards, GENERATIONS, scale);
    double[] raised = rewards.clone();
    Arrays.setAll(raised, i -> rewards[i] + 7);
    for (int g = 0; g < rewards.length; g += GENERATIONS) {
      assertThat(Arrays.stream(found, g, g + GENERATIONS).sum()).isCloseTo(0, within(1e-12));
    }
    assertThat(GroupAdvantages.ofMean(raised, GENERATIONS, scale))
        .usingComparatorWithPrecision(1e-9)
        .containsExactly(found);
  }

  @Test
  void oneIsLeftOutOfItsBaseline() {
    double[] found = GroupAdvantages.leaveOneOut(rewards, GENERATIONS, false);
    double others = (rewards[4] + rewards[5] + rewards[7]) / 3;
    assertThat(found[6]).isCloseTo(rewards[6] - others, within(1e-12));
  }

  @Test
  void whatHasNoScoreCountsNowhere() {
    rewards[1] = Double.NaN;
    Arrays.fill(rewards, 8, 11, Double.NaN);
    Arrays.fill(rewards, 12, 16, Double.NaN);
    double[] three = {rewards[0], rewards[2], rewards[3]};
    requireSame(
        GroupAdvantages.ofMean(rewards, GENERATIONS, RewardScale.GROUP),
        GroupAdvantages.ofMean(three, 3, RewardScale.GROUP));
    requireSame(
        GroupAdvantages.leaveOneOut(rewards, GENERATIONS, false),
        GroupAdvantages.leaveOneOut(three, 3, false));
  }

  /** Of a group of four without its second, and of groups of one and of none. */
  private static void requireSame(double[] found, double[] ofThree) {
    assertThat(new double[] {found[0], found[2], found[3]})
        .usingComparatorWithPrecision(1e-12)
        .containsExactly(ofThree);
    assertThat(found[1]).isZero();
    assertThat(Arrays.copyOfRange(found, 8, 16)).containsOnly(0);
  }

  @Test
  void groupsWithoutSpreadAreCounted() {
    Arrays.fill(rewards, 0, 4, 1);
    assertThat(GroupAdvantages.withoutSpread(rewards, GENERATIONS)).isEqualTo(0.2);
    assertThat(GroupAdvantages.ofMean(rewards, GENERATIONS, RewardScale.GROUP))
        .startsWith(0, 0, 0, 0);
  }

  /** The mean of as many equal numbers is not always that number. */
  @ParameterizedTest
  @ValueSource(ints = {3, 6, 7, 12, 24})
  void groupWithoutSpreadTeachesNothingToTheLastBit(int generations) {
    double[] alike = new double[10 * generations];
    Arrays.setAll(alike, i -> (1 + i / generations) / 10.0);
    assertThat(GroupAdvantages.ofMean(alike, generations, RewardScale.GROUP)).containsOnly(0);
    assertThat(GroupAdvantages.ofMean(alike, generations, RewardScale.NONE)).containsOnly(0);
    assertThat(GroupAdvantages.leaveOneOut(alike, generations, false)).containsOnly(0);
  }
}
