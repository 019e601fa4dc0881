package org.tune4j.engine.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The last losses that were learned from, and what is a spike beside them: more than six robust
 * standard deviations (1.4826 times the median absolute deviation) and half a nat above their
 * median, and more than twice the highest of them. The latter two hold where losses are small and
 * differ by factors, as at the end of a long run on few rows, and a deviation says little.
 *
 * @param losses the newest last; of a spike only what is no spike yet, so that it hides no other
 */
record LossWindow(List<Double> losses) {
  private static final int SIZE = 100;
  private static final double DEVIATIONS = 6;
  private static final double DEVIATION_OF_MAD = 1.4826;
  private static final double TIMES_HIGHEST = 2;
  private static final double NATS = 0.5;

  static final LossWindow EMPTY = new LossWindow(List.of());

  LossWindow {
    losses = List.copyOf(losses);
  }

  /** With one more; of a step without labels there is none. */
  LossWindow with(double loss) {
    if (!Double.isFinite(loss)) {
      return this;
    }
    List<Double> all = new ArrayList<>(losses);
    all.add(Math.min(loss, limit()));
    return new LossWindow(all.subList(Math.max(0, all.size() - SIZE), all.size()));
  }

  /** A loss above it is a spike; infinite until there are enough losses to tell. */
  double limit() {
    if (losses.size() < SIZE) {
      return Double.POSITIVE_INFINITY;
    }
    double median = median(losses);
    double mad = median(losses.stream().map(loss -> Math.abs(loss - median)).toList());
    double above = Math.max(NATS, DEVIATIONS * DEVIATION_OF_MAD * mad);
    return Math.max(median + above, TIMES_HIGHEST * Collections.max(losses));
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return (sorted.get(middle) + sorted.get(sorted.size() - 1 - middle)) / 2;
  }
}
