package org.tune4j.eval.result;

import java.util.Objects;
import java.util.Optional;
import org.tune4j.eval.stats.Interval;

/**
 * A figure, and how sure it is.
 *
 * @param name in the field's terms, such as {@code f1_macro}
 * @param value NaN where it is undefined, as F1 is of labels that neither occur nor are predicted
 * @param interval where the true value is to be expected; empty where that cannot be said
 * @param count of rows, requests or whatever it was measured on
 * @param higherIsBetter whether more of it is better
 * @param signature what it depends on besides the rows, so that two of them may be compared; may be
 *     empty
 */
public record Figure(
    String name,
    double value,
    Optional<Interval> interval,
    long count,
    boolean higherIsBetter,
    String signature) {
  public Figure {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(interval, "interval");
  }

  /** Without an interval, and without a signature. */
  public static Figure of(String name, double value, long count, boolean higherIsBetter) {
    return new Figure(name, value, Optional.empty(), count, higherIsBetter, "");
  }

  /** The same with an interval. */
  public Figure with(Interval sure) {
    return new Figure(name, value, Optional.of(sure), count, higherIsBetter, signature);
  }

  /** Whether it has a value. */
  public boolean isDefined() {
    return !Double.isNaN(value);
  }
}
