package org.tune4j.eval.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.eval.report.Curve.Point;

/**
 * Charts with title and legend; where Java finds no fonts, what they would show is told in words.
 */
final class ChartFigure {
  private static final Logger LOG = LoggerFactory.getLogger(ChartFigure.class);

  private final boolean drawn;
  private int charts;

  /** Of a page whose charts are drawn, or told. */
  ChartFigure(boolean drawn) {
    this.drawn = drawn;
  }

  /** Of a page on this machine. */
  ChartFigure() {
    this(canDraw());
  }

  /**
   * A chart; nothing where no curve has a point.
   *
   * @param title as HTML
   * @param unit as HTML
   */
  String html(String title, String unit, List<Curve> curves, Axis x, Axis.Range y) {
    List<Curve> shown = curves.stream().filter(curve -> !curve.points().isEmpty()).toList();
    if (shown.isEmpty()) {
      return "";
    }
    String told = told(shown, x.name());
    return "<figure><figcaption><span><b>%s</b> <span class=\"unit\">%s</span></span>%s</figcaption>%s</figure>\n"
        .formatted(
            title,
            unit,
            legend(shown),
            drawn
                ? LineChart.svg("chart" + ++charts, title + ": " + told, shown, x.range(), y)
                : "<p>%s</p>".formatted(Html.escape(told)));
  }

  private static String legend(List<Curve> shown) {
    if (shown.size() == 1) {
      return "";
    }
    StringBuilder html = new StringBuilder("<span class=\"legend\">");
    for (int i = 0; i < shown.size(); i++) {
      html.append("<span class=\"key %s\">".formatted(shown.get(i).colour(i)))
          .append(Html.escape(shown.get(i).name()))
          .append("</span>");
    }
    return html.append("</span>").toString();
  }

  /** Where curves begin and end, in words. */
  private static String told(List<Curve> curves, String x) {
    Map<String, String> told = new LinkedHashMap<>();
    for (Curve curve : curves) {
      Point first = curve.points().get(0);
      Point last = curve.points().get(curve.points().size() - 1);
      told.put(curve.name(), told(first, x) + ", " + told(last, x));
    }
    return String.join(
        "; ", told.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
  }

  private static String told(Point point, String x) {
    return Numbers.shorter(point.y()) + " at " + x + " " + Numbers.shorter(point.x());
  }

  /** Whether Java can measure text here; without fonts on the machine it cannot, in many ways. */
  static boolean canDraw() {
    try {
      ChartSvg.tryFonts();
      return true;
    } catch (RuntimeException | LinkageError | InternalError e) {
      LOG.warn("Java finds no fonts here: what charts would show is told in words", e);
      return false;
    }
  }
}
