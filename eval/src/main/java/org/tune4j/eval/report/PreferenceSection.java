package org.tune4j.eval.report;

import java.util.List;
import org.tune4j.eval.report.Axis.Range;
import org.tune4j.eval.report.Curve.Point;
import org.tune4j.eval.report.Curve.Style;
import org.tune4j.eval.report.RunMetrics.Evaluated;

/** How a model learned from judged answers, update by update. */
final class PreferenceSection {
  private static final String ACCURACIES = "rewards/accuracies";

  private final List<Evaluated> updates;
  private final ChartFigure charts;
  private final StringBuilder html = new StringBuilder();

  private PreferenceSection(List<Evaluated> updates, ChartFigure charts) {
    this.updates = updates;
    this.charts = charts;
  }

  /** The section; nothing where a run learned from no judged answers. */
  static String html(List<Evaluated> updates, ChartFigure charts) {
    if (updates.isEmpty()) {
      return "";
    }
    PreferenceSection section = new PreferenceSection(updates, charts);
    section.addAll();
    return "<section><h2>Learning from judged answers</h2><div class=\"charts\">%s</div></section>\n"
        .formatted(section.html);
  }

  /** The share of pairs that the last update found told right; NaN of answers judged alone. */
  static double accuracy(List<Evaluated> updates) {
    return updates.isEmpty()
        ? Double.NaN
        : updates.get(updates.size() - 1).values().getOrDefault(ACCURACIES, Double.NaN);
  }

  private void addAll() {
    add(
        "Rewards",
        "what the policy finds answers worth, beside the reference where there is one",
        Range.VALUES,
        curve("chosen", "rewards/chosen"),
        curve("rejected", "rewards/rejected"));
    add(
        "Margin",
        "by how much chosen answers are worth more",
        Range.VALUES,
        curve("margin", "rewards/margins"));
    add("Accuracy", "share of pairs told right", Range.SHARE, curve("accuracy", ACCURACIES));
    add(
        "Log-probabilities",
        "nats an answer",
        Range.VALUES,
        curve("chosen", "logps/chosen"),
        curve("rejected", "logps/rejected"));
    add("Likelihood", "nats a chosen token", Range.VALUES, curve("loss", "nll_loss"));
    add("Divergence", "nats an unrelated answer", Range.FROM_ZERO, curve("KL", "kl"));
  }

  private Curve curve(String name, String metric) {
    return new Curve(
        name,
        updates.stream()
            .map(each -> new Point(each.step(), each.values().getOrDefault(metric, Double.NaN)))
            .toList(),
        Style.LINE);
  }

  private void add(String title, String unit, Range range, Curve... curves) {
    html.append(charts.html(title, unit, List.of(curves), Axis.STEPS, range));
  }
}
