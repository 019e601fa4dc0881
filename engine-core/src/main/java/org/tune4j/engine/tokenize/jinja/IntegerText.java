package org.tune4j.engine.tokenize.jinja;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** Integers as Python reads them. */
final class IntegerText {
  private static final Pattern DIGITS = Pattern.compile("[0-9a-zA-Z]++(?:_[0-9a-zA-Z]++)*+");
  private static final int MAX_DIGITS = 600;

  private IntegerText() {}

  /** The number of a text such as {@code " -0x_ff "}, or null if it is none. */
  static Object parse(String text, long base) {
    String digits = withAsciiDigits(Strip.strip(Text.of(text)).value());
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    long radix = base;
    long prefixed = prefix(digits);
    if (prefixed != 0 && (base == 0 || base == prefixed)) {
      radix = prefixed;
      digits = digits.substring(digits.startsWith("_", 2) ? 3 : 2);
    } else if (base == 0) {
      boolean leadingZero = digits.startsWith("0") && !digits.replace("_", "").matches("0+");
      radix = leadingZero ? 1 : 10;
    }
    if (radix < 2 || radix > 36 || !DIGITS.matcher(digits).matches()) {
      return null;
    }
    String plain = digits.replace("_", "");
    int most = (int) radix;
    boolean allDigits = plain.chars().allMatch(c -> Character.digit(c, most) >= 0);
    if (!allDigits || plain.length() > MAX_DIGITS) {
      return null;
    }
    BigInteger value = new BigInteger(plain, most);
    return Numbers.narrow(negative ? value.negate() : value);
  }

  /** Python takes the decimal digits of every script. */
  private static String withAsciiDigits(String text) {
    StringBuilder digits = new StringBuilder();
    text.codePoints()
        .map(c -> Characters.isDecimal(c) ? '0' + Character.digit(c, 10) : c)
        .forEach(digits::appendCodePoint);
    return digits.toString();
  }

  private static long prefix(String digits) {
    if (digits.length() < 3 || digits.charAt(0) != '0') {
      return 0;
    }
    return switch (digits.charAt(1)) {
      case 'x', 'X' -> 16;
      case 'o', 'O' -> 8;
      case 'b', 'B' -> 2;
      default -> 0;
    };
  }
}
