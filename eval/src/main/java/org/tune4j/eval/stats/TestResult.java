package org.tune4j.eval.stats;

import org.apache.commons.statistics.inference.SignificanceResult;

/**
 * What a test found.
 *
 * @param statistic its statistic
 * @param p how probable a statistic at least as extreme is if there is no difference
 */
public record TestResult(double statistic, double p) {
  static TestResult of(SignificanceResult result) {
    return new TestResult(result.getStatistic(), result.getPValue());
  }
}
