package org.tune4j.eval.result;

import java.util.Optional;
import java.util.OptionalLong;
import org.tune4j.eval.stats.Interval;

/**
 * A figure of two models on the same rows.
 *
 * @param task its task
 * @param name of the figure
 * @param baseline of the first model; NaN where it is undefined
 * @param candidate of the second model; NaN where it is undefined
 * @param higherIsBetter whether more of it is better
 * @param interval of candidate minus baseline, by the paired bootstrap; empty where it has none
 * @param p how probable so great a difference is if there is none: approximate randomisation, and
 *     of shares of rows McNemar's exact test; NaN where it cannot be told
 * @param test which of the two it was; empty where neither goes, as of ranks and areas under curves
 * @param rows they were measured on
 * @param rowsNeeded how many rows it takes to see such a difference with 5 % significance and 80 %
 *     power; empty if there is none
 */
public record FigureComparison(
    String task,
    String name,
    double baseline,
    double candidate,
    boolean higherIsBetter,
    Optional<Interval> interval,
    double p,
    String test,
    long rows,
    OptionalLong rowsNeeded) {
  /** Candidate minus baseline. */
  public double difference() {
    return candidate - baseline;
  }

  /** Whether the candidate is the better one. */
  public boolean isBetter() {
    return higherIsBetter ? candidate > baseline : candidate < baseline;
  }
}
