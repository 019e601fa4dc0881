package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of updates that go wrong. */
class RolloutAlarmsTest {
  private final RolloutAlarms alarms = new RolloutAlarms("kl", false, "entropy", "length");

  private static Map<String, Double> update(
      double kl, double entropy, double length, double correlation) {
    return Map.of(
        "kl",
        kl,
        "entropy",
        entropy,
        "length",
        length,
        "rollout/score_length_correlation",
        correlation);
  }

  @Test
  void nothingIsSaidOfAnUpdateThatGoesWell() {
    assertThat(alarms.of(update(0, 2, 10, 0))).isEmpty();
    assertThat(alarms.of(update(-2, 1.5, 12, 0.9))).isEmpty();
  }

  @Test
  void anUpdateThatLearnsOfNoAnswerIsTold() {
    assertThat(alarms.of(update(0, Double.NaN, 10, 0)))
        .singleElement()
        .asString()
        .contains("no answer was learned from", "mask_truncated_completions");
    // The next one is the first that tells of entropy.
    assertThat(alarms.of(update(0, 2, 10, 0))).isEmpty();
  }

  @Test
  void collapseAndLengthAreToldAgainstTheFirstUpdate() {
    alarms.of(update(0, 2, 10, 0));
    assertThat(alarms.of(update(0, 0.1, 10, 0)))
        .singleElement()
        .asString()
        .contains("entropy fell from 2.0 to 0.1");
    assertThat(alarms.of(update(0, 2, 16, 0.8)))
        .singleElement()
        .asString()
        .contains("length rose from 10.0 to 16.0");
  }

  @Test
  void divergenceBelowZeroIsToldOnceItIsThereAgainAndAgain() {
    alarms.of(update(-2, 2, 10, 0));
    alarms.of(update(-2, 2, 10, 0));
    assertThat(alarms.of(update(-2, 2, 10, 0)))
        .singleElement()
        .asString()
        .contains("kl is below", "3 updates in a row");
  }

  @Test
  void divergenceOfATokenCountsForAWholeResponse() {
    RolloutAlarms ofTokens = new RolloutAlarms("kl", true, "entropy", "length");
    ofTokens.of(update(-0.2, 2, 10, 0));
    ofTokens.of(update(-0.2, 2, 10, 0));
    assertThat(ofTokens.of(update(-0.2, 2, 10, 0)))
        .singleElement()
        .asString()
        .contains("kl is below", "(-2.0 now)");
  }
}
