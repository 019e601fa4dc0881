package org.tune4j.engine.train;

import java.util.ArrayList;
import java.util.List;

/**
 * The last losses that were learned from, and what is a spike beside them: more than six robust
 * standard deviations (1.4826 times the median absolute deviation) above their median, and more
 * than twice it.
 *
 * @param losses the newest last
 */
record LossWindow(List<Double> losses) {
  private static final int SIZE = 100;
  private static final double DEVIATIONS = 6;
  private static final double DEVIATION_OF_MAD = 1.4826;
  private static final double TIMES_MEDIAN = 2;

  static final LossWindow EMPTY = new LossWindow(List.of());

  LossWindow {
    losses = List.copyOf(losses);
  }

  LossWindow with(double loss) {
    List<Double> all = new ArrayList<>(losses);
    all.add(loss);
    return new LossWindow(all.subList(Math.max(0, all.size() - SIZE), all.size()));
  }

  /** A loss above it is a spike; infinite until there are enough losses to tell. */
  double limit() {
    if (losses.size() < SIZE) {
      return Double.POSITIVE_INFINITY;
    }
    double median = median(losses);
    double mad = median(losses.stream().map(loss -> Math.abs(loss - median)).toList());
    return Math.max(median + DEVIATIONS * DEVIATION_OF_MAD * mad, TIMES_MEDIAN * median);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return (sorted.get(middle) + sorted.get(sorted.size() - 1 - middle)) / 2;
  }
}
