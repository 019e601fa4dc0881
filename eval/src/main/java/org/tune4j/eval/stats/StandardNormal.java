package org.tune4j.eval.stats;

import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.tune4j.eval.Inputs;

/** The normal distribution of mean 0 and variance 1. */
final class StandardNormal {
  static final NormalDistribution DISTRIBUTION = NormalDistribution.of(0, 1);

  private StandardNormal() {}

  /** How probable a value as extreme as that is. */
  static double pValue(double z, AlternativeHypothesis alternative) {
    return switch (alternative) {
      case LESS_THAN -> DISTRIBUTION.cumulativeProbability(z);
      case GREATER_THAN -> DISTRIBUTION.survivalProbability(z);
      case TWO_SIDED -> 2 * DISTRIBUTION.survivalProbability(Math.abs(z));
    };
  }

  /**
   * How many standard deviations to each side have that much in between.
   *
   * @throws org.tune4j.engine.ConfigException if the level is not between 0 and 1
   */
  static double halfWidth(double level) {
    return DISTRIBUTION.inverseSurvivalProbability((1 - Inputs.openShare("level", level)) / 2);
  }
}
