package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of a chart.
 *
 * @param name what is shown
 * @param points in the order to join them; only finite ones
 * @param style how it is drawn
 */
record Curve(String name, List<Point> points, Style style) {
  /** The most points that are drawn: about one a pixel. */
  static final int MOST_POINTS = 360;

  /** How many colours the page has for curves. */
  static final int COLOURS = 6;

  /** How a curve is drawn. */
  enum Style {
    /** A line. */
    LINE,
    /** A line with a dot for each point, which is a measurement of its own. */
    MEASURED,
    /** A pale line that others are held against. */
    GUIDE
  }

  /** Such as a value after an update. */
  record Point(double x, double y) {
    boolean isFinite() {
      return Double.isFinite(x) && Double.isFinite(y);
    }
  }

  Curve {
    points = thinned(points.stream().filter(Point::isFinite).toList());
  }

  /** The page's name for the colour of a chart's curve: {@code line1} and so on, or its own. */
  String colour(int curve) {
    return style == Style.GUIDE ? "muted" : "line" + (curve % COLOURS + 1);
  }

  /** Means of neighbours, so that no more points are left than can be drawn. */
  private static List<Point> thinned(List<Point> points) {
    int group = (points.size() + MOST_POINTS - 1) / MOST_POINTS;
    if (group <= 1) {
      return points;
    }
    List<Point> means = new ArrayList<>();
    for (int from = 0; from < points.size(); from += group) {
      List<Point> part = points.subList(from, Math.min(points.size(), from + group));
      means.add(
          new Point(
              part.stream().mapToDouble(Point::x).average().orElseThrow(),
              part.stream().mapToDouble(Point::y).average().orElseThrow()));
    }
    return means;
  }
}
