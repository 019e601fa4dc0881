package org.tune4j.eval.stats;

import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * McNemar's test: whether two models are right equally often on the same examples. Only examples
 * that one of them alone gets right tell.
 *
 * @param onlyFirst how many the first model alone gets right
 * @param onlySecond how many the second one alone gets right
 */
public record McNemar(int onlyFirst, int onlySecond) {
  /**
   * The counts.
   *
   * @throws DataException if one is negative
   */
  public McNemar {
    if (onlyFirst < 0 || onlySecond < 0) {
      throw new DataException(
          "McNemar: found counts " + onlyFirst + " and " + onlySecond + ", wanted 0 or more");
    }
  }

  /**
   * Counts.
   *
   * @param first whether the first model is right on each example
   * @param second whether the second one is
   * @throws DataException if there is none, or more on one side
   */
  public static McNemar of(boolean[] first, boolean[] second) {
    Inputs.sameLength("McNemar", first.length, second.length);
    int onlyFirst = 0;
    int onlySecond = 0;
    for (int i = 0; i < first.length; i++) {
      onlyFirst += first[i] && !second[i] ? 1 : 0;
      onlySecond += second[i] && !first[i] ? 1 : 0;
    }
    return new McNemar(onlyFirst, onlySecond);
  }

  /** The exact test, by the binomial distribution; the statistic is the lesser count. */
  public TestResult exact() {
    int all = Math.addExact(onlyFirst, onlySecond);
    int lesser = Math.min(onlyFirst, onlySecond);
    double tail = BinomialDistribution.of(all, 0.5).cumulativeProbability(lesser);
    return new TestResult(lesser, Math.min(1, 2 * tail));
  }

  /**
   * The chi-square test, for 25 or more differing examples; NaN without any.
   *
   * @param corrected with Edwards' correction for continuity
   */
  public TestResult chiSquare(boolean corrected) {
    double all = (double) onlyFirst + onlySecond;
    double distance = Math.abs((double) onlyFirst - onlySecond) - (corrected ? 1 : 0);
    double statistic = all == 0 ? Double.NaN : distance * distance / all;
    double p = ChiSquaredDistribution.of(1).survivalProbability(statistic);
    return new TestResult(statistic, p);
  }
}
