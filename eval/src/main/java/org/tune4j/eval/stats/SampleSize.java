package org.tune4j.eval.stats;

import org.tune4j.engine.ConfigException;
import org.tune4j.eval.Inputs;

/**
 * How many examples a two-sided test needs to see a given difference, by the normal approximation.
 *
 * @param significance the greatest p-value that counts as a finding, such as 0.05
 * @param power how probable it is to find the difference if it is there, such as 0.8
 */
public record SampleSize(double significance, double power) {

  /**
   * What is asked of the test.
   *
   * @throws ConfigException if one of them is not between 0 and 1
   */
  public SampleSize {
    Inputs.openShare("significance", significance);
    Inputs.openShare("power", power);
  }

  /**
   * For two models on different examples.
   *
   * @return how many examples each of them needs, so that the z test tells shares {@code first} and
   *     {@code second} apart (Fleiss 1981, without continuity correction)
   * @throws ConfigException if a share is not between 0 and 1, or both are the same
   */
  public long twoProportions(double first, double second) {
    Inputs.openShare("first share", first);
    Inputs.openShare("second share", second);
    double mean = (first + second) / 2;
    double alike = Math.sqrt(2 * mean * (1 - mean));
    double apart = Math.sqrt(first * (1 - first) + second * (1 - second));
    return rounded((zSignificance() * alike + zPower() * apart) / differing(first - second));
  }

  /**
   * For two models on the same examples and McNemar's test (Connor 1987).
   *
   * @param onlyFirst the share of examples that the first model alone gets right
   * @param onlySecond the share that the second one alone gets right
   * @return how many examples there have to be
   * @throws ConfigException if a share is negative, both are the same, or more than 1 together
   */
  public long mcNemar(double onlyFirst, double onlySecond) {
    double apart = onlyFirst + onlySecond;
    if (!(onlyFirst >= 0 && onlySecond >= 0 && apart <= 1)) {
      throw new ConfigException(
          "shares that one model alone gets right: found "
              + onlyFirst
              + " and "
              + onlySecond
              + ", wanted 0 or more and at most 1 together");
    }
    double difference = differing(onlySecond - onlyFirst);
    double spread = Math.sqrt(apart - difference * difference);
    return rounded((zSignificance() * Math.sqrt(apart) + zPower() * spread) / difference);
  }

  /**
   * For a value a row from two models on the same rows and the paired t test (Guenther 1981).
   *
   * @param difference the mean difference to see
   * @param standardDeviation of the differences
   * @return how many rows there have to be
   * @throws ConfigException if the difference is 0 or the standard deviation is not positive
   */
  public long pairedMeans(double difference, double standardDeviation) {
    if (!(standardDeviation > 0 && standardDeviation < Double.POSITIVE_INFINITY)) {
      throw new ConfigException(
          "standard deviation: found " + standardDeviation + ", wanted more than 0");
    }
    double normal =
        (zSignificance() + zPower()) * standardDeviation / Math.abs(differing(difference));
    return (long) Math.ceil(normal * normal + zSignificance() * zSignificance() / 2);
  }

  private double zSignificance() {
    return StandardNormal.DISTRIBUTION.inverseSurvivalProbability(significance / 2);
  }

  private double zPower() {
    return StandardNormal.DISTRIBUTION.inverseCumulativeProbability(power);
  }

  private static double differing(double difference) {
    if (!(Math.abs(difference) > 0)) {
      throw new ConfigException("difference to see: found " + difference + ", wanted some");
    }
    return difference;
  }

  private static long rounded(double root) {
    return (long) Math.ceil(root * root);
  }
}
