package org.tune4j.engine.generate;

/**
 * The uniform number behind each sampled token: a pure function of seed, prompt and step, so that a
 * prompt's continuation does not depend on the batch that it stands in.
 */
final class UniformNumbers {
  /** Keeps these draws apart from all others of the same seed. */
  private static final long PURPOSE = 0x67656e6572617465L;

  private final long seed;

  UniformNumbers(long seed) {
    this.seed = mix(mix(seed) ^ PURPOSE);
  }

  /** In [0, 1), a multiple of 2^-40: far enough from 1 that no rounding reaches the end. */
  double of(long prompt, int step) {
    return (mix(mix(seed ^ prompt) ^ step) >>> 24) * 0x1p-40;
  }

  /** SplitMix64's finaliser (Steele, Lea and Flood, 2014) after an increment. */
  private static long mix(long z) {
    z += 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
