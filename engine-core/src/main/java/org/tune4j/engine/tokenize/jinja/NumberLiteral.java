package org.tune4j.engine.tokenize.jinja;

import java.util.function.IntPredicate;

/**
 * A number in a template.
 *
 * @param value null if it has too many digits
 * @param end index behind it
 */
record NumberLiteral(Object value, int end) {
  static NumberLiteral at(String source, int start) {
    NumberLiteral real = real(source, start);
    if (real != null) {
      return real;
    }
    int radix = radix(source, start);
    int end = radix == 10 ? start : digits(source, start + 2, radix, true);
    if (end <= start + 2 && radix != 10) {
      radix = 10;
    }
    if (radix == 10) {
      end =
          source.charAt(start) == '0'
              ? run(source, start, c -> c == '0', false)
              : digits(source, start, 10, false);
    }
    Object value = IntegerText.parse(source.substring(start, end), radix);
    return new NumberLiteral(value, end);
  }

  private static int radix(String source, int start) {
    if (source.charAt(start) != '0' || start + 1 >= source.length()) {
      return 10;
    }
    return switch (source.charAt(start + 1)) {
      case 'x', 'X' -> 16;
      case 'o', 'O' -> 8;
      case 'b', 'B' -> 2;
      default -> 10;
    };
  }

  /** Digits, then a fraction or an exponent or both; null if it is none, as after a dot. */
  private static NumberLiteral real(String source, int start) {
    if (start > 0 && source.charAt(start - 1) == '.') {
      return null;
    }
    int end = digits(source, start, 10, false);
    int fraction = end;
    if (end < source.length() && source.charAt(end) == '.') {
      fraction = digits(source, end + 1, 10, false);
      fraction = fraction == end + 1 ? end : fraction;
    }
    int exponent = exponent(source, fraction);
    int last = Math.max(fraction, exponent);
    if (last == end) {
      return null;
    }
    double value = Double.parseDouble(source.substring(start, last).replace("_", ""));
    return new NumberLiteral(value, last);
  }

  private static int exponent(String source, int start) {
    if (start >= source.length() || "eE".indexOf(source.charAt(start)) < 0) {
      return start;
    }
    int digits = start + 1;
    if (digits < source.length() && "+-".indexOf(source.charAt(digits)) >= 0) {
      digits++;
    }
    int end = digits(source, digits, 10, false);
    return end == digits ? start : end;
  }

  private static int digits(String source, int start, int radix, boolean mayStartLow) {
    return run(source, start, c -> c < 128 && Character.digit(c, radix) >= 0, mayStartLow);
  }

  /** The end of digits with single underscores between them. */
  private static int run(String source, int start, IntPredicate digit, boolean mayStartLow) {
    int end = start;
    while (end < source.length()) {
      boolean low = source.charAt(end) == '_' && (end > start || mayStartLow);
      int next = low ? end + 1 : end;
      if (next >= source.length() || !digit.test(source.charAt(next))) {
        break;
      }
      end = next + 1;
    }
    return end;
  }
}
