package org.tune4j.engine.train;

import java.util.ArrayList;
import java.util.List;

/**
 * The last losses that were learned from, and what is a spike beside them. Losses of batches vary
 * by factors, so they are compared as logarithms: more than six robust standard deviations (1.4826
 * times the median absolute deviation) above their median is a spike, but never less than twice the
 * median, and always more than five times.
 *
 * @param losses the newest last
 */
record LossWindow(List<Double> losses) {
  private static final int SIZE = 100;
  private static final double DEVIATIONS = 6;
  private static final double DEVIATION_OF_MAD = 1.4826;
  private static final double LEAST = 2;
  private static final double MOST = 5;

  static final LossWindow EMPTY = new LossWindow(List.of());

  LossWindow {
    losses = List.copyOf(losses);
  }

  LossWindow with(double loss) {
    List<Double> all = new ArrayList<>(losses);
    all.add(loss);
    return new LossWindow(all.subList(Math.max(0, all.size() - SIZE), all.size()));
  }

  /**
   * A loss above it is a spike; infinite until there are enough losses to tell, and where an
   * objective's losses are not positive.
   */
  double limit() {
    if (losses.size() < SIZE || losses.stream().anyMatch(loss -> !(loss > 0))) {
      return Double.POSITIVE_INFINITY;
    }
    List<Double> logarithms = losses.stream().map(Math::log).toList();
    double median = median(logarithms);
    double mad = median(logarithms.stream().map(loss -> Math.abs(loss - median)).toList());
    double times = Math.exp(DEVIATIONS * DEVIATION_OF_MAD * mad);
    return Math.exp(median) * Math.min(MOST, Math.max(LEAST, times));
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return (sorted.get(middle) + sorted.get(sorted.size() - 1 - middle)) / 2;
  }
}
