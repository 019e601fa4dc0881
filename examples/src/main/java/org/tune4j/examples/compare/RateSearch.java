package org.tune4j.examples.compare;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/**
 * The search for a learning rate, the same for every method, since methods want rates that differ a
 * hundredfold: 1e-3, 1e-2, 1e-1 and 1, and then a third and three times the best of them.
 */
final class RateSearch {
  /** So many short runs. */
  static final int TRIALS = 6;

  private static final int[] FIRST = {-6, -4, -2, 0};

  private RateSearch() {}

  /**
   * Tries.
   *
   * @param loss what a rate gives; infinite where it diverges
   * @return the loss of each rate
   */
  static SortedMap<Double, Double> losses(DoubleUnaryOperator loss) {
    SortedMap<Double, Double> losses = new TreeMap<>();
    int best = FIRST[0];
    for (int step : FIRST) {
      losses.put(rate(step), loss.applyAsDouble(rate(step)));
      best = losses.get(rate(step)) < losses.get(rate(best)) ? step : best;
    }
    for (int step : new int[] {best - 1, best + 1}) {
      losses.put(rate(step), loss.applyAsDouble(rate(step)));
    }
    return losses;
  }

  /** The rate of the least loss; the lowest of several. */
  static double best(SortedMap<Double, Double> losses) {
    return losses.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  /** 1 and 3 times the powers of ten, of which two steps make one. */
  private static double rate(int step) {
    return Double.parseDouble((step % 2 == 0 ? "1e" : "3e") + Math.floorDiv(step, 2));
  }
}
