package org.tune4j.engine.generate;

import org.tune4j.engine.SplitMix64;

/**
 * The uniform number behind each sampled token: a pure function of seed, prompt and step, so that a
 * prompt's continuation does not depend on the batch that it stands in.
 */
final class UniformNumbers {
  /** Keeps these draws apart from all others of the same seed. */
  private static final long PURPOSE = 0x67656e6572617465L;

  private final long seed;

  UniformNumbers(long seed) {
    this.seed = SplitMix64.next(SplitMix64.next(seed) ^ PURPOSE);
  }

  /** In [0, 1), a multiple of 2^-40: far enough from 1 that no rounding reaches the end. */
  double of(long prompt, int step) {
    return (SplitMix64.next(SplitMix64.next(seed ^ prompt) ^ step) >>> 24) * 0x1p-40;
  }
}
