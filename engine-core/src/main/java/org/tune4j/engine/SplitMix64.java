package org.tune4j.engine;

/**
 * The mixing of SplitMix64 (Steele, Lea, Flood 2014). Written out because what is drawn with it is
 * part of what a run repeats and a checkpoint resumes, and must never change with a library.
 */
public final class SplitMix64 {
  /** What a sequence goes on by: the golden ratio in 64 bits. */
  public static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private SplitMix64() {}

  /** A number of which every bit depends on every bit of the given one. */
  public static long mixed(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** The number that a sequence gives after a state. */
  public static long next(long state) {
    return mixed(state + GOLDEN_GAMMA);
  }
}
