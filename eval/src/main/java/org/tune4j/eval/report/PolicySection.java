package org.tune4j.eval.report;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.tune4j.eval.report.Axis.Range;
import org.tune4j.eval.report.Curve.Point;
import org.tune4j.eval.report.Curve.Style;
import org.tune4j.eval.report.RunMetrics.Evaluated;

/** How a policy learned from rewards, update by update. */
final class PolicySection {
  private static final String PPO_REWARD = "objective/scores";

  private final List<Evaluated> updates;
  private final ChartFigure charts;
  private final StringBuilder html = new StringBuilder();

  private PolicySection(List<Evaluated> updates, ChartFigure charts) {
    this.updates = updates;
    this.charts = charts;
  }

  /** The section; nothing where a run learned from no rewards. */
  static String html(List<Evaluated> updates, ChartFigure charts) {
    if (updates.isEmpty()) {
      return "";
    }
    PolicySection section = new PolicySection(updates, charts);
    section.addAll();
    return "<section><h2>Learning from rewards</h2><div class=\"charts\">%s</div></section>\n"
        .formatted(section.html);
  }

  /** The shares of the time, for a tile; a dash where they are not known. */
  static String shares(List<Evaluated> updates) {
    double[] times = {
      sum(updates, "time/sampling"), sum(updates, "time/scoring"), sum(updates, "time/training")
    };
    double all = times[0] + times[1] + times[2];
    return all > 0
        ? "%s · %s · %s"
            .formatted(
                Numbers.whole(100 * times[0] / all),
                Numbers.whole(100 * times[1] / all),
                Numbers.whole(100 * times[2] / all))
        : Numbers.NONE;
  }

  private static double sum(List<Evaluated> updates, String name) {
    return updates.stream().mapToDouble(each -> value(each, name)).filter(Double::isFinite).sum();
  }

  private static double value(Evaluated update, String name) {
    return update.values().getOrDefault(name, Double.NaN);
  }

  private void addAll() {
    if (updates.get(0).values().containsKey(PPO_REWARD)) {
      addOfPpo();
    } else {
      addOfGroups();
    }
    add(
        "Time",
        "seconds of an update",
        Range.FROM_ZERO,
        curve("sampling", "time/sampling"),
        curve("scoring", "time/scoring"),
        curve("training", "time/training"));
  }

  /** With a critic. */
  private void addOfPpo() {
    addReward(PPO_REWARD);
    add(
        "Divergence",
        "nats a response from the reference",
        Range.VALUES,
        curve("KL", "objective/kl"));
    add(
        "Price of a nat",
        "coefficient of the divergence",
        Range.FROM_ZERO,
        curve("kl_coef", "objective/kl_coef"));
    add("Entropy", "nats a token", Range.FROM_ZERO, curve("entropy", "policy/entropy_avg"));
    add("Length", "tokens a response", Range.FROM_ZERO, curve("length", "rollout/length"));
    add(
        "Explained variance",
        "of returns, by the critic; 1 is all",
        Range.VALUES,
        curve("explained", "value/explained_variance"));
    add(
        "Clipped",
        "share of tokens that taught nothing",
        Range.FROM_ZERO,
        curve("policy", "policy/clipfrac_avg"),
        curve("value", "val/clipfrac_avg"));
  }

  /** Without one, by several answers to each prompt. */
  private void addOfGroups() {
    addReward("reward");
    add(
        "Groups alike",
        "share of groups whose responses all score the same, which teach nothing",
        Range.FROM_ZERO,
        curve("alike", "frac_reward_zero_std"));
    add("Divergence", "nats a token from the reference", Range.VALUES, curve("KL", "kl"));
    add("Entropy", "nats a token", Range.FROM_ZERO, curve("entropy", "entropy"));
    add(
        "Length",
        "tokens a response",
        Range.FROM_ZERO,
        curve("mean", "completions/mean_length"),
        curve("longest", "completions/max_length"));
    add(
        "Cut",
        "share of responses that did not end",
        Range.FROM_ZERO,
        curve("cut", "completions/clipped_ratio"));
    add(
        "Clipped",
        "share of ratios that taught nothing",
        Range.FROM_ZERO,
        curve("fallen", "clip_ratio/low_mean"),
        curve("risen", "clip_ratio/high_mean"));
  }

  /** The mean of the scores, and by the same name their deviation. */
  private void addReward(String mean) {
    add(
        "Reward",
        "mean score of an update, ± one standard deviation",
        Range.VALUES,
        curve("mean", mean),
        curve("+ deviation", each -> reward(each, mean, 1), Style.GUIDE),
        curve("− deviation", each -> reward(each, mean, -1), Style.GUIDE));
  }

  private static double reward(Evaluated update, String mean, int deviations) {
    return value(update, mean) + deviations * value(update, mean + "_std");
  }

  private Curve curve(String name, String metric) {
    return curve(name, each -> value(each, metric), Style.LINE);
  }

  private Curve curve(String name, ToDoubleFunction<Evaluated> value, Style style) {
    return new Curve(
        name,
        updates.stream().map(each -> new Point(each.step(), value.applyAsDouble(each))).toList(),
        style);
  }

  private void add(String title, String unit, Range range, Curve... curves) {
    html.append(charts.html(title, unit, List.of(curves), Axis.STEPS, range));
  }
}
