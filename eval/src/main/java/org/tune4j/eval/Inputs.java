package org.tune4j.eval;

import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

/**
 * What every measure asks of what it measures: something there, as much on one side as on the
 * other, numbers that are numbers. A refusal names what was measured, where, what stands there and
 * what was wanted.
 */
public final class Inputs {
  /** How far probabilities may be from adding up to 1: room for those computed in bf16. */
  private static final double SUM_TOLERANCE = 1e-2;

  private Inputs() {}

  /**
   * At least one of something.
   *
   * @throws DataException if there is none
   */
  public static void notEmpty(String what, long count) {
    if (count == 0) {
      throw new DataException(
          what + ": nothing to measure, found 0 examples and wanted at least 1");
    }
  }

  /**
   * As many on one side as on the other, and at least one.
   *
   * @throws DataException if not
   */
  public static void sameLength(String what, int first, int second) {
    if (first != second) {
      throw new DataException(
          what + ": found " + first + " on one side and " + second + " on the other, wanted equal");
    }
    notEmpty(what, first);
  }

  /**
   * Numbers that are finite, and at least one.
   *
   * @return the numbers
   * @throws DataException if one is NaN or infinite
   */
  public static double[] finite(String what, double[] values) {
    notEmpty(what, values.length);
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new DataException(
            what + ": found " + values[i] + " at " + i + ", wanted a finite number");
      }
    }
    return values;
  }

  /**
   * A label's id.
   *
   * @param labels how many labels there are
   * @return the id
   * @throws DataException if it is none of {@code 0 … labels-1}
   */
  public static int label(String what, int id, int labels) {
    if (id < 0 || id >= labels) {
      throw new DataException(
          what + ": found label id " + id + ", wanted one of 0 to " + (labels - 1));
    }
    return id;
  }

  /**
   * Probabilities of exclusive labels.
   *
   * @return the probabilities
   * @throws DataException if one is no number from 0 to 1, or their sum is not 1
   */
  public static double[] probabilities(String what, double[] values) {
    double sum = 0;
    for (double value : finite(what, values)) {
      if (value < 0 || value > 1) {
        throw new DataException(what + ": found probability " + value + ", wanted 0 to 1");
      }
      sum += value;
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new DataException(what + ": found probabilities that add up to " + sum + ", wanted 1");
    }
    return values;
  }

  /**
   * A share that is neither nothing nor all: a level of confidence or significance, a power.
   *
   * @return the share
   * @throws ConfigException if it is not between 0 and 1
   */
  public static double openShare(String what, double share) {
    if (!(share > 0 && share < 1)) {
      throw new ConfigException(what + ": found " + share + ", wanted more than 0 and less than 1");
    }
    return share;
  }
}
