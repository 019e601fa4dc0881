package org.tune4j.eval.stats;

import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.HypergeometricDistribution;
import org.apache.commons.statistics.inference.AlternativeHypothesis;

/**
 * Two shares of different trials, as statsmodels compares them. Where both models saw the same
 * examples, {@link McNemar} sees more.
 */
public record TwoProportions(Proportion first, Proportion second) {
  /** How far two probabilities may be apart and still count as equally probable; R's. */
  private static final double SAME = 1e-7;

  /** Second minus first. */
  public double difference() {
    return second.value() - first.value();
  }

  /**
   * The z test of first minus second with the pooled variance; NaN where all trials ended alike.
   *
   * @param alternative {@code LESS_THAN}: the second share is the larger one
   */
  public TestResult z(AlternativeHypothesis alternative) {
    double trials = (double) first.trials() + second.trials();
    double pooled = ((double) first.successes() + second.successes()) / trials;
    double inverse = 1.0 / first.trials() + 1.0 / second.trials();
    double z = -difference() / Math.sqrt(pooled * (1 - pooled) * inverse);
    return new TestResult(z, StandardNormal.pValue(z, alternative));
  }

  /**
   * Fisher's exact test, two-sided: how probable tables with the same margins are that are no more
   * probable than this one. The statistic is the odds ratio of the first share to the second.
   */
  public TestResult fisher() {
    double firstOdds = (double) first.successes() * (second.trials() - second.successes());
    double secondOdds = (double) second.successes() * (first.trials() - first.successes());
    HypergeometricDistribution tables =
        HypergeometricDistribution.of(
            Math.addExact(first.trials(), second.trials()),
            first.successes() + second.successes(),
            first.trials());
    double most = tables.probability(first.successes()) * (1 + SAME);
    double p =
        IntStream.rangeClosed(tables.getSupportLowerBound(), tables.getSupportUpperBound())
            .mapToDouble(tables::probability)
            .filter(probability -> probability <= most)
            .sum();
    return new TestResult(firstOdds / secondOdds, Math.min(1, p));
  }

  /**
   * Wald's interval of the difference: simple, and too short for shares near 0 or 1.
   *
   * @throws org.tune4j.engine.ConfigException if the level is not between 0 and 1
   */
  public Interval wald(double level) {
    double width = StandardNormal.halfWidth(level) * Math.sqrt(variance(first) + variance(second));
    return new Interval(difference() - width, difference() + width, level);
  }

  private static double variance(Proportion share) {
    return share.value() * (1 - share.value()) / share.trials();
  }

  /**
   * Newcombe's interval of the difference (1998, method 10), from both shares' Wilson intervals;
   * the one to prefer.
   *
   * @throws org.tune4j.engine.ConfigException if the level is not between 0 and 1
   */
  public Interval newcombe(double level) {
    Interval one = first.wilson(level);
    Interval two = second.wilson(level);
    double down = Math.hypot(second.value() - two.low(), one.high() - first.value());
    double up = Math.hypot(two.high() - second.value(), first.value() - one.low());
    return new Interval(difference() - down, difference() + up, level);
  }
}
