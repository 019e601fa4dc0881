package org.tune4j.eval.metric;

import java.util.Arrays;

/** A measure of answers: a value for each, and a value for all of them together. */
public interface Metric {
  /** Its name in the field, in snake case, without {@code eval_}. */
  String name();

  /** The value of one answer. */
  double value(Answer answer);

  /**
   * The value of all answers, from the value of each; their mean unless a metric says otherwise.
   *
   * @param values at least one
   */
  default double aggregate(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /** Whether more of it is better. */
  default boolean higherIsBetter() {
    return true;
  }
}
