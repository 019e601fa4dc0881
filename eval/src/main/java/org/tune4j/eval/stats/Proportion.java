package org.tune4j.eval.stats;

import org.apache.commons.statistics.interval.BinomialConfidenceInterval;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * A share of independent trials, such as accuracy.
 *
 * @param successes how many succeeded
 * @param trials how many there were
 */
public record Proportion(int successes, int trials) {
  /**
   * The counts.
   *
   * @throws DataException if there is no trial, or there are more successes, or less than 0
   */
  public Proportion {
    Inputs.notEmpty("proportion", trials);
    if (successes < 0 || successes > trials) {
      throw new DataException(
          "proportion: found " + successes + " successes, wanted 0 to " + trials);
    }
  }

  /** The share. */
  public double value() {
    return (double) successes / trials;
  }

  /**
   * Wilson's interval: near the nominal level for all shares and sizes; the one to prefer.
   *
   * @throws org.tune4j.engine.ConfigException if the level is not between 0 and 1
   */
  public Interval wilson(double level) {
    return by(BinomialConfidenceInterval.WILSON_SCORE, level);
  }

  /**
   * Clopper and Pearson's interval: covers at least as often as its level says, mostly more often.
   *
   * @throws org.tune4j.engine.ConfigException if the level is not between 0 and 1
   */
  public Interval clopperPearson(double level) {
    return by(BinomialConfidenceInterval.CLOPPER_PEARSON, level);
  }

  private Interval by(BinomialConfidenceInterval way, double level) {
    double error = 1 - Inputs.openShare("level", level);
    org.apache.commons.statistics.interval.Interval found =
        way.fromErrorRate(trials, successes, error);
    // what rounding leaves of an end that is exactly 0 or 1 would shut out the share itself
    return new Interval(
        successes == 0 ? 0 : found.getLowerBound(),
        successes == trials ? 1 : found.getUpperBound(),
        level);
  }
}
