package org.tune4j.eval.report;

/**
 * An axis of a chart.
 *
 * @param name what is along it
 * @param range what it reaches over
 */
record Axis(String name, Range range) {
  /** Updates. */
  static final Axis STEPS = new Axis("step", Range.WHOLE);

  /** What an axis reaches over. */
  enum Range {
    /** The values there are, with whole numbers beside it. */
    WHOLE,
    /** The values there are. */
    VALUES,
    /** From 0 to the greatest value. */
    FROM_ZERO,
    /** From 0 to 1, whatever there is. */
    SHARE
  }
}
