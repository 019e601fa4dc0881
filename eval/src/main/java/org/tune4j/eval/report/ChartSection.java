package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.tune4j.eval.report.Axis.Range;
import org.tune4j.eval.report.Curve.Point;
import org.tune4j.eval.report.Curve.Style;
import org.tune4j.eval.report.RunMetrics.Evaluated;
import org.tune4j.eval.report.RunMetrics.Step;

/** The report's curves. */
final class ChartSection {
  private final RunMetrics metrics;
  private final List<Evaluated> evaluations;
  private final ChartFigure charts;
  private final StringBuilder html = new StringBuilder();

  private ChartSection(
      RunMetrics metrics,
      Map<String, Double> before,
      Map<String, Double> after,
      ChartFigure charts) {
    this.metrics = metrics;
    this.evaluations = new ArrayList<>(metrics.evaluations());
    if (!before.isEmpty()) {
      evaluations.add(0, new Evaluated(0, before));
    }
    long last = metrics.steps().get(metrics.steps().size() - 1).step();
    if (!after.isEmpty() && evaluations.stream().noneMatch(e -> e.step() == last)) {
      evaluations.add(new Evaluated(last, after));
    }
    this.charts = charts;
  }

  /**
   * The section, or nothing when there was no update.
   *
   * @param before what was measured before the first update; may be empty
   * @param after what was measured after the last; may be empty
   */
  static String html(
      RunMetrics metrics,
      Map<String, Double> before,
      Map<String, Double> after,
      ChartFigure charts) {
    if (metrics.steps().isEmpty()) {
      return "";
    }
    ChartSection section = new ChartSection(metrics, before, after, charts);
    section.addAll();
    return "<section><h2>Curves</h2><div class=\"charts\">%s</div></section>\n"
        .formatted(section.html);
  }

  private void addAll() {
    add(
        "Loss",
        metrics.lossUnit(),
        Range.VALUES,
        List.of(
            curve("training", Step::loss),
            new Curve("held out", evaluated("eval_loss"), Style.MEASURED)));
    add("Held-out metrics", "", Range.VALUES, held());
    add("Learning rate", "", Range.FROM_ZERO, List.of(curve("learning rate", Step::learningRate)));
    add(
        "Gradient norm",
        "before clipping",
        Range.FROM_ZERO,
        List.of(curve("norm", Step::gradNorm)));
    add(
        "Speed",
        "tokens a second",
        Range.FROM_ZERO,
        List.of(curve("speed", step -> step.tokens() / step.seconds())));
    add("Resident memory", "MiB", Range.FROM_ZERO, List.of(curve("memory", Step::residentMib)));
  }

  private Curve curve(String name, ToDoubleFunction<Step> value) {
    return new Curve(
        name,
        metrics.steps().stream()
            .map(step -> new Point(step.step(), value.applyAsDouble(step)))
            .toList(),
        Style.LINE);
  }

  private List<Point> evaluated(String name) {
    return evaluations.stream()
        .filter(evaluated -> evaluated.values().containsKey(name))
        .map(evaluated -> new Point(evaluated.step(), evaluated.values().get(name)))
        .toList();
  }

  /** Curves of what was measured more than once, apart from the loss and what follows from it. */
  private List<Curve> held() {
    Set<String> names = new LinkedHashSet<>();
    for (Evaluated evaluated : evaluations) {
      names.addAll(evaluated.values().keySet());
    }
    names.removeAll(List.of("eval_loss", "eval_perplexity"));
    names.removeAll(PreferenceSection.heldOut(metrics));
    List<Curve> curves = new ArrayList<>();
    for (String name : names) {
      List<Point> points = evaluated(name);
      if (points.size() > 1) {
        curves.add(new Curve(name.replaceFirst("^eval_", ""), points, Style.MEASURED));
      }
    }
    return curves;
  }

  private void add(String title, String unit, Axis.Range values, List<Curve> curves) {
    html.append(charts.html(title, unit, curves, Axis.STEPS, values));
  }
}
