package org.tune4j.engine.gguf;

/** Rounding of the K types: to the nearest, of two equally near ones to the even one. */
final class Nearest {
  private Nearest() {}

  /** The whole number nearest to a value, within bounds. */
  static int of(float value, int least, int most) {
    return Math.max(least, Math.min(most, (int) Math.rint(value)));
  }
}
