package org.tune4j.eval.judge;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.tune4j.eval.judge.Preference.Outcome;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.stats.Interval;
import org.tune4j.eval.stats.Proportion;

/**
 * Pairs of answers and which of each is better.
 *
 * @param rows in their order
 * @param signature what the verdicts depend on besides the answers: judge and template
 */
public record Preferences(List<Preference> rows, String signature) {
  public Preferences {
    rows = List.copyOf(rows);
  }

  /** How many pairs ended so. */
  public int count(Outcome outcome) {
    return count(row -> row.outcome().equals(Optional.of(outcome)));
  }

  /** How many pairs lack a verdict. */
  public int failures() {
    return count(row -> row.outcome().isEmpty());
  }

  /** How many pairs had the first answer win in either order. */
  public int firstFavoured() {
    return count(Preference::favoursFirst);
  }

  /** How many pairs had the second answer win in either order. */
  public int secondFavoured() {
    return count(Preference::favoursSecond);
  }

  private int count(Predicate<Preference> which) {
    return (int) rows.stream().filter(which).count();
  }

  /**
   * {@code win_rate}, wins and half of the ties by the pairs with an outcome; {@code
   * position_consistency}, the share of these whose verdict does not depend on the order; {@code
   * judge_failure_rate}, the share of all without an outcome.
   */
  public List<Figure> figures(Certainty certainty) {
    int judged = rows.size() - failures();
    Figure failed = Failures.figure(rows.size(), failures(), signature, certainty);
    if (judged == 0) {
      return List.of(undefined("win_rate"), undefined("position_consistency"), failed);
    }
    int halves = 2 * count(Outcome.WIN) + count(Outcome.TIE);
    Proportion consistent = new Proportion(count(Preference::isConsistent), judged);
    return List.of(
        figure("win_rate", halves / 2.0 / judged, judged, interval(halves, judged, certainty)),
        figure(
            "position_consistency",
            consistent.value(),
            judged,
            consistent.wilson(certainty.level())),
        failed);
  }

  /**
   * Wilson's, of the next whole wins below and above: a tie is half a win, and so varies less than
   * wins and losses of the same rate would. Also where all pairs end alike, it has a width.
   */
  static Interval interval(int halves, int judged, Certainty certainty) {
    double level = certainty.level();
    return new Interval(
        new Proportion(halves / 2, judged).wilson(level).low(),
        new Proportion((halves + 1) / 2, judged).wilson(level).high(),
        level);
  }

  private Figure undefined(String name) {
    return new Figure(name, Double.NaN, Optional.empty(), 0, true, signature);
  }

  private Figure figure(String name, double value, int judged, Interval interval) {
    return new Figure(name, value, Optional.of(interval), judged, true, signature);
  }
}
