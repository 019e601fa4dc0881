package org.tune4j.eval.stats;

/**
 * A confidence interval.
 *
 * @param low its lower end
 * @param high its upper end
 * @param level how often such an interval covers the true value, such as 0.95
 */
public record Interval(double low, double high, double level) {
  /** Whether a value lies in it, ends included. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
