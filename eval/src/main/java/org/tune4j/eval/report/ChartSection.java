package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.eval.report.Curve.Point;
import org.tune4j.eval.report.RunMetrics.Evaluated;
import org.tune4j.eval.report.RunMetrics.Step;

/** The report's curves. */
final class ChartSection {
  private static final Logger LOG = LoggerFactory.getLogger(ChartSection.class);

  private final RunMetrics metrics;
  private final List<Evaluated> evaluations;
  private final boolean drawn;
  private final StringBuilder html = new StringBuilder();
  private int charts;

  private ChartSection(
      RunMetrics metrics, Map<String, Double> before, Map<String, Double> after, boolean drawn) {
    this.metrics = metrics;
    this.evaluations = new ArrayList<>(metrics.evaluations());
    if (!before.isEmpty()) {
      evaluations.add(0, new Evaluated(0, before));
    }
    long last = metrics.steps().get(metrics.steps().size() - 1).step();
    if (!after.isEmpty() && evaluations.stream().noneMatch(e -> e.step() == last)) {
      evaluations.add(new Evaluated(last, after));
    }
    this.drawn = drawn;
  }

  /**
   * The section, or nothing when there was no update.
   *
   * @param before what was measured before the first update; may be empty
   * @param after what was measured after the last; may be empty
   */
  static String html(RunMetrics metrics, Map<String, Double> before, Map<String, Double> after) {
    return html(metrics, before, after, canDraw());
  }

  /** Curves drawn, or told in words. */
  static String html(
      RunMetrics metrics, Map<String, Double> before, Map<String, Double> after, boolean drawn) {
    if (metrics.steps().isEmpty()) {
      return "";
    }
    ChartSection section = new ChartSection(metrics, before, after, drawn);
    section.addAll();
    return "<section><h2>Curves</h2><div class=\"charts\">%s</div></section>\n"
        .formatted(section.html);
  }

  private void addAll() {
    add(
        "Loss",
        "nats a token",
        false,
        List.of(
            curve("training", Step::loss), new Curve("held out", evaluated("eval_loss"), true)));
    add("Held-out metrics", "", false, held());
    add("Learning rate", "", true, List.of(curve("learning rate", Step::learningRate)));
    add("Gradient norm", "before clipping", true, List.of(curve("norm", Step::gradNorm)));
    add(
        "Speed",
        "tokens a second",
        true,
        List.of(curve("speed", step -> step.tokens() / step.seconds())));
    add("Resident memory", "MiB", true, List.of(curve("memory", Step::residentMib)));
  }

  private Curve curve(String name, ToDoubleFunction<Step> value) {
    return new Curve(
        name,
        metrics.steps().stream()
            .map(step -> new Point(step.step(), value.applyAsDouble(step)))
            .toList(),
        false);
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
    List<Curve> curves = new ArrayList<>();
    for (String name : names) {
      List<Point> points = evaluated(name);
      if (points.size() > 1) {
        curves.add(new Curve(name.replaceFirst("^eval_", ""), points, true));
      }
    }
    return curves;
  }

  private void add(String title, String unit, boolean fromZero, List<Curve> curves) {
    List<Curve> shown = curves.stream().filter(curve -> !curve.points().isEmpty()).toList();
    if (shown.isEmpty()) {
      return;
    }
    html.append(
        "<figure><figcaption><span><b>%s</b> <span class=\"unit\">%s</span></span>"
            .formatted(title, unit));
    if (shown.size() > 1) {
      html.append("<span class=\"legend\">");
      for (int i = 0; i < shown.size(); i++) {
        html.append("<span class=\"key line%s\">".formatted(Curve.colour(i)))
            .append(Html.escape(shown.get(i).name()))
            .append("</span>");
      }
      html.append("</span>");
    }
    html.append("</figcaption>");
    html.append(
        drawn
            ? LineChart.svg("chart" + ++charts, title + ": " + told(shown), shown, fromZero)
            : "<p>%s</p>".formatted(Html.escape(told(shown))));
    html.append("</figure>\n");
  }

  /** Where curves begin and end, in words. */
  private static String told(List<Curve> curves) {
    Map<String, String> told = new LinkedHashMap<>();
    for (Curve curve : curves) {
      Point first = curve.points().get(0);
      Point last = curve.points().get(curve.points().size() - 1);
      told.put(
          curve.name(),
          "%s at step %s, %s at step %s"
              .formatted(
                  Numbers.shorter(first.value()),
                  Numbers.whole(first.step()),
                  Numbers.shorter(last.value()),
                  Numbers.whole(last.step())));
    }
    return String.join(
        "; ", told.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
  }

  /** Whether Java can measure text here; without fonts on the machine it cannot, in many ways. */
  private static boolean canDraw() {
    try {
      LineChart.tryFonts();
      return true;
    } catch (RuntimeException | LinkageError | InternalError e) {
      LOG.warn("Java finds no fonts here: the report tells its curves in words", e);
      return false;
    }
  }
}
