package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tune4j.eval.report.Axis.Range;
import org.tune4j.eval.report.Curve.Point;
import org.tune4j.eval.report.Curve.Style;
import org.tune4j.eval.report.RunMetrics.Evaluated;

/** How a model learned from judged answers, update by update. */
final class PreferenceSection {
  private static final String ACCURACIES = "rewards/accuracies";

  /** Of an evaluation, what stands beside that of the updates. */
  private static final String HELD_OUT = "eval_";

  private final RunMetrics metrics;
  private final ChartFigure charts;
  private final StringBuilder html = new StringBuilder();

  private PreferenceSection(RunMetrics metrics, ChartFigure charts) {
    this.metrics = metrics;
    this.charts = charts;
  }

  /** The section; nothing where a run learned from no judged answers. */
  static String html(RunMetrics metrics, ChartFigure charts) {
    if (metrics.preferences().isEmpty()) {
      return "";
    }
    PreferenceSection section = new PreferenceSection(metrics, charts);
    section.addAll();
    return "<section><h2>Learning from judged answers</h2><div class=\"charts\">%s</div></section>\n"
        .formatted(section.html);
  }

  /** What an evaluation measures that is shown here. */
  static Set<String> heldOut(RunMetrics metrics) {
    return metrics.preferences().stream()
        .flatMap(each -> each.values().keySet().stream())
        .map(HELD_OUT::concat)
        .collect(Collectors.toSet());
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
        Map.of("chosen", "rewards/chosen", "rejected", "rewards/rejected"));
    add(
        "Margin",
        "by how much chosen answers are worth more",
        Range.VALUES,
        Map.of("training", "rewards/margins"));
    add("Accuracy", "share of pairs told right", Range.SHARE, Map.of("training", ACCURACIES));
    add(
        "Log-probabilities",
        "nats an answer",
        Range.VALUES,
        Map.of("chosen", "logps/chosen", "rejected", "logps/rejected"));
    add("Likelihood", "nats a chosen token", Range.VALUES, Map.of("training", "nll_loss"));
    add("Divergence", "nats an unrelated answer", Range.FROM_ZERO, Map.of("training", "kl"));
  }

  /**
   * A chart.
   *
   * @param shown names of curves, and the metrics that they are of
   */
  private void add(String title, String unit, Range range, Map<String, String> shown) {
    List<Curve> curves = new ArrayList<>();
    new TreeMap<>(shown)
        .forEach(
            (name, metric) -> {
              curves.add(new Curve(name, points(metrics.preferences(), metric), Style.LINE));
              curves.add(
                  new Curve(
                      shown.size() == 1 ? "held out" : name + ", held out",
                      points(metrics.evaluations(), HELD_OUT + metric),
                      Style.MEASURED));
            });
    html.append(charts.html(title, unit, curves, Axis.STEPS, range));
  }

  private static List<Point> points(List<Evaluated> all, String metric) {
    return all.stream()
        .filter(each -> each.values().containsKey(metric))
        .map(each -> new Point(each.step(), each.values().get(metric)))
        .toList();
  }
}
