package org.tune4j.engine.data.source;

/**
 * Numbers that look random and are a function of a seed and a place: SplitMix64 (Steele, Lea, Flood
 * 2014). Written out because what is drawn is part of what a run repeats.
 */
final class SplitMix {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final int FRACTION_BITS = 53;

  private SplitMix() {}

  /** The number at a place of a seed's sequence, at least 0 and below 1. */
  static double uniform(long seed, long place) {
    return fraction(mixed(mixed(seed) + (place + 1) * GOLDEN_GAMMA));
  }

  /** The leading bits of a number as one that is at least 0 and below 1. */
  static double fraction(long bits) {
    return (bits >>> (Long.SIZE - FRACTION_BITS)) * 0x1.0p-53;
  }

  private static long mixed(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
