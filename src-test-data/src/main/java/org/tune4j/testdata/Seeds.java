package org.tune4j.testdata;

import java.util.SplittableRandom;

/** Random sources as functions of (seed, row). */
final class Seeds {
  private Seeds() {}

  /** The random source of one row; neighbouring seeds and rows share nothing. */
  static SplittableRandom random(long seed, long row) {
    return new SplittableRandom(mix(mix(seed) + row));
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
