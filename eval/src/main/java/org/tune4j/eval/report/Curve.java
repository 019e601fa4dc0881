package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Values over updates.
 *
 * @param name what is shown
 * @param points in the order of updates; only finite ones
 * @param measured whether each point is a measurement of its own, shown as a dot
 */
record Curve(String name, List<Point> points, boolean measured) {
  /** The most points that are drawn: about one a pixel. */
  static final int MOST_POINTS = 360;

  /** The number of the page's colour, from 1 to 3, that a chart's curve has. */
  static int colour(int curve) {
    return curve % 3 + 1;
  }

  /** A value after an update. */
  record Point(double step, double value) {
    boolean isFinite() {
      return Double.isFinite(value);
    }
  }

  Curve {
    points = thinned(points.stream().filter(Point::isFinite).toList());
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
              part.stream().mapToDouble(Point::step).average().orElseThrow(),
              part.stream().mapToDouble(Point::value).average().orElseThrow()));
    }
    return means;
  }
}
