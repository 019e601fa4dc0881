package org.tune4j.engine.tokenize.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floating point numbers as Python writes them. */
final class FloatText {
  private FloatText() {}

  /** The shortest text that reads back as the same number. */
  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    return repr(shortest(value));
  }

  private static String repr(BigDecimal digits) {
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = digits.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    return scientific(digits, digits.precision() - 1, 'e');
  }

  /**
   * Few digits that read back. Java's own text of a double had too many until JDK 19. Up to 15
   * digits are never ambiguous, except for the smallest numbers.
   */
  static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    int first = Math.abs(value) < 1e-300 ? 1 : 15;
    for (int digits = first; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
  }

  /** {@code %f}: a number of decimal places, halves to even. */
  static String fixed(BigDecimal value, int places) {
    return value.setScale(places, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** {@code %e}: one digit, decimal places, an exponent of at least two digits. */
  static String scientific(BigDecimal value, int places, char letter) {
    BigDecimal rounded =
        value.signum() == 0
            ? value
            : value.round(new MathContext(places + 1, RoundingMode.HALF_EVEN));
    int exponent = value.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    String mantissa =
        rounded.movePointLeft(exponent).setScale(places, RoundingMode.UNNECESSARY).toPlainString();
    String power = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
    return mantissa + letter + (exponent < 0 ? '-' : '+') + power;
  }

  /**
   * {@code %g}: significant digits, in the shorter of both notations.
   *
   * @param keepZeros whether zeros at the end stay
   */
  static String general(BigDecimal value, int digits, boolean keepZeros, char letter) {
    int significant = Math.max(1, digits);
    BigDecimal rounded = value.round(new MathContext(significant, RoundingMode.HALF_EVEN));
    int exponent = value.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < significant) {
      String plain = fixed(value, significant - 1 - exponent);
      return keepZeros ? plain : withoutZeros(plain);
    }
    String text = scientific(value, significant - 1, letter);
    int at = text.indexOf(letter);
    return keepZeros ? text : withoutZeros(text.substring(0, at)) + text.substring(at);
  }

  private static String withoutZeros(String plain) {
    if (!plain.contains(".")) {
      return plain;
    }
    int end = plain.length();
    while (plain.charAt(end - 1) == '0') {
      end--;
    }
    return plain.substring(0, plain.charAt(end - 1) == '.' ? end - 1 : end);
  }
}
