package org.tune4j.engine.checkpoint;

/**
 * Checks a JSON number that nobody needs. The reference reader turns such numbers into doubles and
 * refuses one that is out of range, so the same arithmetic is done here.
 */
final class JsonNumber {
  private final HeaderBytes bytes;
  private long significand;
  private int exponent;

  private JsonNumber(HeaderBytes bytes) {
    this.bytes = bytes;
  }

  static void skip(HeaderBytes bytes) {
    new JsonNumber(bytes).skip();
  }

  /** Whether {@code value * 10 + digit} exceeds an unsigned long. */
  static boolean overflows(long value, int digit) {
    long limit = Long.divideUnsigned(-1L, 10);
    int order = Long.compareUnsigned(value, limit);
    return order > 0 || order == 0 && digit > 5;
  }

  private void skip() {
    if (bytes.peek() == '-') {
      bytes.next();
    }
    int c = bytes.next();
    if (c < '0' || c > '9') {
      throw bytes.fault("expected a value");
    }
    significand = c - '0';
    if (c == '0') {
      if (isDigit(bytes.peek())) {
        throw bytes.fault("a number starts with 0");
      }
    } else {
      digits(0);
    }
    boolean real = false;
    if (bytes.peek() == '.') {
      bytes.next();
      needDigit();
      digits(-1);
      real = true;
    }
    if (bytes.peek() == 'e' || bytes.peek() == 'E') {
      bytes.next();
      exponent();
      real = true;
    }
    if (real || exponent != 0) {
      checkRange();
    }
  }

  /** Takes digits as long as they fit; those that do not fit only move the decimal point. */
  private void digits(int exponentOfEach) {
    boolean full = false;
    while (isDigit(bytes.peek())) {
      int digit = bytes.next() - '0';
      full = full || overflows(significand, digit);
      if (full) {
        exponent += exponentOfEach + 1;
      } else {
        significand = significand * 10 + digit;
        exponent += exponentOfEach;
      }
    }
  }

  private void exponent() {
    boolean negative = bytes.peek() == '-';
    if (negative || bytes.peek() == '+') {
      bytes.next();
    }
    needDigit();
    long written = 0;
    while (isDigit(bytes.peek())) {
      written = Math.min(written * 10 + bytes.next() - '0', Integer.MAX_VALUE);
    }
    long sum = exponent + (negative ? -written : written);
    exponent = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, sum));
  }

  private void checkRange() {
    if (significand == 0 || exponent <= 0) {
      return;
    }
    double value = Double.parseDouble(Long.toUnsignedString(significand));
    if (exponent > 308 || Double.isInfinite(value * Double.parseDouble("1e" + exponent))) {
      throw bytes.fault("a number is out of range");
    }
  }

  private void needDigit() {
    if (!isDigit(bytes.peek())) {
      throw bytes.fault("a number lacks a digit");
    }
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
