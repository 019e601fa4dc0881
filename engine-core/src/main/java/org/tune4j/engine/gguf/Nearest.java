package org.tune4j.engine.gguf;

/** Rounding of the K types: to the nearest, of two equally near ones to the even one. */
final class Nearest {
  /** Added to a float, it leaves no bits for a fraction: the last ones are the whole number. */
  private static final float NO_FRACTION = 0x1.8p23f;

  private static final int ZERO = Float.floatToRawIntBits(NO_FRACTION);

  private Nearest() {}

  /** The whole number nearest to a value, within bounds of at most 22 bits. */
  static int of(float value, int least, int most) {
    int bits = Float.floatToRawIntBits(value + NO_FRACTION);
    return Math.max(ZERO + least, Math.min(ZERO + most, bits)) - ZERO;
  }
}
