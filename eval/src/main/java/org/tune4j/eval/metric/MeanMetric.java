package org.tune4j.eval.metric;

import java.util.List;

/** A metric that is the mean of a value of each row. Its statistics: the value, and 1. */
public interface MeanMetric extends Metric {
  @Override
  double value(String hypothesis, List<String> references);

  @Override
  default double[] statistics(String hypothesis, List<String> references) {
    return new double[] {value(hypothesis, references), 1};
  }

  @Override
  default double score(double[] sums) {
    return sums[0] / sums[1];
  }
}
