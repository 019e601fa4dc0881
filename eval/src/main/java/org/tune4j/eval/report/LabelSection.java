package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.tune4j.eval.label.ConfusionMatrix;
import org.tune4j.eval.label.ThresholdCurve;
import org.tune4j.eval.report.Axis.Range;
import org.tune4j.eval.report.Curve.Point;
import org.tune4j.eval.report.Curve.Style;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.LabelRows;
import org.tune4j.eval.uncertainty.ReliabilityDiagram;
import org.tune4j.eval.uncertainty.RiskCoverage;

/** What labelled texts have besides figures: confusion, calibration, and curves over confidence. */
final class LabelSection {
  private static final int BINS = 15;

  /** Models by name, of whose rows each has one label. */
  private final Map<String, LabelRows> models = new LinkedHashMap<>();

  private final ChartFigure charts;

  private LabelSection(TaskResults task, ChartFigure charts) {
    this.charts = charts;
    task.results()
        .forEach(
            (model, result) -> {
              List<EvalRow.Label> rows =
                  result.rows().stream()
                      .filter(EvalRow.Label.class::isInstance)
                      .map(EvalRow.Label.class::cast)
                      .toList();
              if (!rows.isEmpty() && rows.size() == result.rows().size()) {
                LabelRows labels = new LabelRows(rows);
                if (labels.areExclusive()) {
                  models.put(model, labels);
                }
              }
            });
  }

  /** The charts of a task; nothing where rows have no labels, or many. */
  static String html(TaskResults task, ChartFigure charts) {
    LabelSection section = new LabelSection(task, charts);
    return section.models.isEmpty() ? "" : section.all();
  }

  private String all() {
    StringBuilder html = new StringBuilder("<div class=\"charts\">\n");
    models.forEach(
        (model, rows) ->
            html.append(
                ConfusionTable.html(
                    models.size() > 1 ? model : "",
                    rows.names(),
                    ConfusionMatrix.of(rows.gold(), rows.predicted(), rows.names().size()))));
    html.append(
        charts.html(
            "Reliability",
            "accuracy by confidence",
            with(
                new Curve("as sure as right", diagonal(), Style.GUIDE),
                LabelSection::reliability,
                Style.MEASURED),
            new Axis("confidence", Range.SHARE),
            Range.SHARE));
    html.append(
        charts.html(
            "Risk and coverage",
            "errors among the surest, by their share",
            with(null, LabelSection::risk, Style.LINE),
            new Axis("coverage", Range.SHARE),
            Range.FROM_ZERO));
    if (models.values().stream().allMatch(rows -> rows.names().size() == 2)) {
      String positive = models.values().iterator().next().names().get(1);
      html.append(
          charts.html(
              "ROC",
              "true positives by false ones, of " + Html.escape(positive),
              with(new Curve("chance", diagonal(), Style.GUIDE), LabelSection::roc, Style.LINE),
              new Axis("false positive rate", Range.SHARE),
              Range.SHARE));
    }
    return html.append("</div>\n").toString();
  }

  private List<Curve> with(Curve guide, Function<LabelRows, List<Point>> points, Style style) {
    List<Curve> curves = new ArrayList<>();
    models.forEach((model, rows) -> curves.add(new Curve(model, points.apply(rows), style)));
    if (guide != null) {
      curves.add(guide);
    }
    return curves;
  }

  private static List<Point> diagonal() {
    return List.of(new Point(0, 0), new Point(1, 1));
  }

  private static List<Point> reliability(LabelRows rows) {
    ReliabilityDiagram diagram = new ReliabilityDiagram(BINS);
    int[] gold = rows.gold();
    double[][] probabilities = rows.probabilities();
    for (int row = 0; row < gold.length; row++) {
      diagram.add(gold[row], probabilities[row]);
    }
    return diagram.bins().stream().map(bin -> new Point(bin.confidence(), bin.accuracy())).toList();
  }

  private static List<Point> risk(LabelRows rows) {
    double[] confidences =
        Arrays.stream(rows.probabilities())
            .mapToDouble(each -> Arrays.stream(each).max().orElseThrow())
            .toArray();
    double[] losses = rows.rows().stream().mapToDouble(row -> row.isRight() ? 0 : 1).toArray();
    double[] risks = RiskCoverage.of(confidences, losses).risks();
    return points(risks.length, at -> new Point((at + 1.0) / risks.length, risks[at]));
  }

  /** None where all rows have the same label. */
  private static List<Point> roc(LabelRows rows) {
    int[] gold = rows.gold();
    if (Arrays.stream(gold).distinct().count() < 2) {
      return List.of();
    }
    boolean[] positive = new boolean[gold.length];
    double[] scores = new double[gold.length];
    double[][] probabilities = rows.probabilities();
    for (int row = 0; row < gold.length; row++) {
      positive[row] = gold[row] == 1;
      scores[row] = probabilities[row][1];
    }
    ThresholdCurve curve = ThresholdCurve.of(positive, scores);
    double[] across = curve.falsePositiveRates();
    double[] up = curve.truePositiveRates();
    return points(across.length, at -> new Point(across[at], up[at]));
  }

  private static List<Point> points(int count, IntFunction<Point> point) {
    return IntStream.range(0, count).mapToObj(point).toList();
  }
}
