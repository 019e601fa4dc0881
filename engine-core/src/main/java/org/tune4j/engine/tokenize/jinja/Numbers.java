package org.tune4j.engine.tokenize.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Python's numbers: {@code Long}, {@code BigInteger} for what does not fit a long, {@code Double},
 * and {@code Boolean}, which counts as 0 or 1.
 */
final class Numbers {
  private Numbers() {}

  static boolean isNumber(Object value) {
    return isInteger(value) || value instanceof Double;
  }

  /** Whether Python's {@code isinstance(value, int)} holds. */
  static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
  }

  static BigInteger big(Object integer) {
    if (integer instanceof BigInteger number) {
      return number;
    }
    return BigInteger.valueOf(small(integer));
  }

  /** Whether an integer fits a long. */
  static boolean isSmall(Object integer) {
    return integer instanceof Long || integer instanceof Boolean;
  }

  static long small(Object integer) {
    return integer instanceof Boolean flag ? flag ? 1 : 0 : (Long) integer;
  }

  static Object narrow(BigInteger number) {
    Limits.checkBits(number.bitLength());
    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
  }

  /** Length of an integer that fits no long; 0 for every other value. */
  static int bits(Object value) {
    return value instanceof BigInteger number ? number.bitLength() : 0;
  }

  static double toDouble(Object number) {
    if (number instanceof Double value) {
      return value;
    }
    double value = big(number).doubleValue();
    if (Double.isInfinite(value)) {
      throw Failure.error("int too large to convert to float");
    }
    return value;
  }

  /** An integer that counts or indexes something; numbers beyond a long become its ends. */
  static long index(Object value, String what) {
    if (value instanceof BigInteger number) {
      return number.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    if (!isInteger(value)) {
      throw Failure.error(what + " must be an integer, not " + TypeName.of(value));
    }
    return small(value);
  }

  /** As {@link #index}, for what a builtin function leaves to its default when it is not given. */
  static long index(Object value, long otherwise, String what) {
    return value == null ? otherwise : index(value, what);
  }

  /** An integer within the ints, the nearest where the value lies outside. */
  static int clamped(long value) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
  }

  static boolean equal(Object a, Object b) {
    if (isSmall(a) && isSmall(b)) {
      return small(a) == small(b);
    }
    if (a instanceof Double x && b instanceof Double y) {
      return x.doubleValue() == y.doubleValue();
    }
    return !isNan(a) && !isNan(b) && compare(a, b) == 0;
  }

  static boolean isNan(Object value) {
    return value instanceof Double number && number.isNaN();
  }

  /** The order of two numbers of which neither is NaN; exact between integers and floats. */
  static int compare(Object a, Object b) {
    if (isSmall(a) && isSmall(b)) {
      return Long.compare(small(a), small(b));
    }
    if (isInteger(a) && isInteger(b)) {
      return big(a).compareTo(big(b));
    }
    if (a instanceof Double x && (x.isInfinite() || b instanceof Double)) {
      return order(x, b instanceof Double y ? y : 0);
    }
    if (b instanceof Double y && y.isInfinite()) {
      return y > 0 ? -1 : 1;
    }
    return decimal(a).compareTo(decimal(b));
  }

  /** Zeros are equal, whatever their sign. */
  private static int order(double a, double b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }

  static BigDecimal decimal(Object number) {
    return number instanceof Double value ? new BigDecimal(value) : new BigDecimal(big(number));
  }
}
