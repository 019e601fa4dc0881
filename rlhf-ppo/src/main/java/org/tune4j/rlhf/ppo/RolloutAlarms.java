package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Looks at the numbers of updates for runs that go wrong in the known ways. */
public final class RolloutAlarms {
  /** Nats a response; by chance alone the estimate is rarely below. */
  private static final double NEGATIVE_KL = -1;

  private static final int NEGATIVE_IN_A_ROW = 3;
  private static final double COLLAPSED = 0.1;
  private static final double LONGER = 1.5;
  private static final double CORRELATED = 0.7;

  private final String kl;
  private final boolean klIsOfToken;
  private final String entropy;
  private final String length;
  private State state = new State(Double.NaN, Double.NaN, 0);

  /**
   * Alarms.
   *
   * @param kl the name of the divergence from the reference, which need not be told
   * @param klIsOfToken whether that is told in nats a token, not a response
   * @param entropy the name of that, in nats a token
   * @param length the name of the tokens of a response
   */
  public RolloutAlarms(String kl, boolean klIsOfToken, String entropy, String length) {
    this.kl = kl;
    this.klIsOfToken = klIsOfToken;
    this.entropy = entropy;
    this.length = length;
  }

  /**
   * What it has seen.
   *
   * @param entropy nats a token in the first update
   * @param length tokens a response in the first update
   * @param negative updates in a row with a negative divergence
   */
  public record State(double entropy, double length, int negative) {}

  /** What it has seen so far. */
  public State state() {
    return state;
  }

  /** Goes on from what was seen. */
  public void restore(State saved) {
    state = saved;
  }

  /** What is to be said of an update, each with an explanation. */
  public List<String> of(Map<String, Double> metrics) {
    double entropyNow = metrics.get(entropy);
    double lengthNow = metrics.get(length);
    double klNow = metrics.getOrDefault(kl, 0.0) * (klIsOfToken ? lengthNow : 1);
    boolean first = Double.isNaN(state.entropy);
    state =
        new State(
            first ? entropyNow : state.entropy,
            first ? lengthNow : state.length,
            klNow < NEGATIVE_KL ? state.negative + 1 : 0);
    List<String> alarms = new ArrayList<>();
    if (Double.isNaN(entropyNow)) {
      alarms.add(
          "no answer was learned from. With mask_truncated_completions those that were cut teach nothing: allow longer ones (max_completion_length)");
    }
    if (state.negative >= NEGATIVE_IN_A_ROW) {
      alarms.add(
          "%s is below %s nats a response in %d updates in a row (%s now): k1 is an estimate, and below 0 when the policy says what its reference holds likelier; seen again and again it means that answers are not drawn from the policy as it learns. Where there is a choice, kl_estimator k3 makes a penalty that is never negative"
              .formatted(kl, NEGATIVE_KL, state.negative, klNow));
    }
    if (entropyNow < COLLAPSED * state.entropy) {
      alarms.add(
          "%s fell from %s to %s nats a token: the policy says the same again and again and learns nothing from it any more. Lower learning_rate, or raise what leaving the reference costs (kl_coef, beta) or what entropy is worth"
              .formatted(entropy, state.entropy, entropyNow));
    }
    double correlation = metrics.get("rollout/score_length_correlation");
    if (lengthNow > LONGER * state.length && correlation > CORRELATED) {
      alarms.add(
          "%s rose from %s to %s tokens and goes with the score (correlation %s): the policy may be paid for length. Look at the answers, and take a penalty on answers that are cut, or a reward that length does not move"
              .formatted(length, state.length, lengthNow, correlation));
    }
    return alarms;
  }
}
