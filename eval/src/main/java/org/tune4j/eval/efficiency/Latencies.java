package org.tune4j.eval.efficiency;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.stats.Interval;

/**
 * The distribution of one kind of latency, to three significant digits whatever their size. A
 * percentile is the smallest recorded latency that as many are not above.
 */
final class Latencies {
  private static final int DIGITS = 3;
  private static final int[] PERCENTILES = {50, 95, 99};
  private static final double MILLISECOND = 1e6;
  private static final double LEVEL = 0.95;

  private final String name;
  private final Histogram nanos = new Histogram(DIGITS);

  Latencies(String name) {
    this.name = name;
  }

  /** The names of the figures of one kind of latency. */
  static Stream<String> figureNames(String name) {
    return Stream.concat(
        Stream.of(name + "_mean_ms"),
        Arrays.stream(PERCENTILES).mapToObj(percentile -> figureName(name, percentile)));
  }

  private static String figureName(String name, int percentile) {
    return name + "_p" + percentile + "_ms";
  }

  void record(long latency) {
    nanos.recordValue(Math.max(0, latency));
  }

  /**
   * The mean and the percentiles in milliseconds; none where nothing was recorded.
   *
   * @param independent whether no latency depends on another, so that percentiles have intervals
   */
  List<Figure> figures(boolean independent) {
    List<Figure> figures = new ArrayList<>();
    long count = nanos.getTotalCount();
    if (count == 0) {
      return figures;
    }
    figures.add(Figure.of(name + "_mean_ms", nanos.getMean() / MILLISECOND, count, false));
    for (int percentile : PERCENTILES) {
      double value = nanos.getValueAtPercentile(percentile) / MILLISECOND;
      Figure figure = Figure.of(figureName(name, percentile), value, count, false);
      figures.add(
          (independent ? interval(percentile / 100.0) : Optional.<Interval>empty())
              .map(figure::with)
              .orElse(figure));
    }
    return figures;
  }

  /**
   * Between two of the ordered latencies, whatever their distribution (Conover 1999, 3.2): as many
   * lie below the true percentile as a binomial draw. Empty where the latencies are too few to have
   * one on either side.
   */
  private Optional<Interval> interval(double share) {
    int count = Math.toIntExact(nanos.getTotalCount());
    BinomialDistribution below = BinomialDistribution.of(count, share);
    int low = below.inverseCumulativeProbability((1 - LEVEL) / 2);
    int high = below.inverseCumulativeProbability((1 + LEVEL) / 2) + 1;
    return low < 1 || high > count
        ? Optional.empty()
        : Optional.of(new Interval(ordered(low, count), ordered(high, count), LEVEL));
  }

  /** The rank-th smallest, counted from 1. */
  private double ordered(int rank, int count) {
    return nanos.getValueAtPercentile(100 * (rank - 0.5) / count) / MILLISECOND;
  }
}
