package org.tune4j.engine.data.source;

import org.tune4j.engine.SplitMix64;

/** Numbers that look random and are a function of a seed and a place. */
final class Fractions {
  private static final int FRACTION_BITS = 53;

  private Fractions() {}

  /** The number at a place of a seed's sequence, at least 0 and below 1. */
  static double uniform(long seed, long place) {
    return fraction(
        SplitMix64.mixed(SplitMix64.mixed(seed) + (place + 1) * SplitMix64.GOLDEN_GAMMA));
  }

  /** The leading bits of a number as one that is at least 0 and below 1. */
  static double fraction(long bits) {
    return (bits >>> (Long.SIZE - FRACTION_BITS)) * 0x1.0p-53;
  }
}
