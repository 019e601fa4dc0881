package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Looks at the numbers of updates for runs that go wrong in the known ways. */
final class RolloutAlarms {
  /** Nats a response; by chance alone the estimate is rarely below. */
  private static final double NEGATIVE_KL = -1;

  private static final int NEGATIVE_IN_A_ROW = 3;
  private static final double COLLAPSED = 0.1;
  private static final double LONGER = 1.5;
  private static final double CORRELATED = 0.7;

  private State state = new State(Double.NaN, Double.NaN, 0);

  /**
   * What it has seen.
   *
   * @param entropy nats a token in the first update
   * @param length tokens a response in the first update
   * @param negative updates in a row with a negative divergence
   */
  record State(double entropy, double length, int negative) {}

  State state() {
    return state;
  }

  void restore(State saved) {
    state = saved;
  }

  /** What is to be said of an update, each with an explanation. */
  List<String> of(Map<String, Double> metrics) {
    double entropy = metrics.get("policy/entropy_avg");
    double length = metrics.get("rollout/length");
    double kl = metrics.get("objective/kl");
    boolean first = Double.isNaN(state.entropy);
    state =
        new State(
            first ? entropy : state.entropy,
            first ? length : state.length,
            kl < NEGATIVE_KL ? state.negative + 1 : 0);
    List<String> alarms = new ArrayList<>();
    if (state.negative >= NEGATIVE_IN_A_ROW) {
      alarms.add(
          "objective/kl is below %s in %d updates in a row (%s now): k1 is an estimate, and below 0 when the policy says what its reference holds likelier; seen again and again it means that answers are not drawn from the policy as it learns. Take kl_estimator k3 for a penalty that is never negative"
              .formatted(NEGATIVE_KL, state.negative, kl));
    }
    if (entropy < COLLAPSED * state.entropy) {
      alarms.add(
          "policy/entropy_avg fell from %s to %s nats a token: the policy says the same again and again and learns nothing from it any more. Lower learning_rate, or raise kl_coef or entropy_coef"
              .formatted(state.entropy, entropy));
    }
    double correlation = metrics.get("rollout/score_length_correlation");
    if (length > LONGER * state.length && correlation > CORRELATED) {
      alarms.add(
          "rollout/length rose from %s to %s tokens and goes with the score (correlation %s): the policy may be paid for length. Look at the answers, and set missing_eos_penalty or a reward that length does not move"
              .formatted(state.length, length, correlation));
    }
    return alarms;
  }
}
