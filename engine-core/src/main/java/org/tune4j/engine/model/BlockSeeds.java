package org.tune4j.engine.model;

/**
 * What the random draws of one pass depend on: a pure function of the run's seed, the step, the
 * micro-batch and the place in the model, so that any step can be replayed.
 *
 * @param run the run's seed
 * @param step the update that the pass belongs to
 * @param microBatch its number inside the step
 */
public record BlockSeeds(long run, long step, long microBatch) {
  private static final int SITES = 4;

  /** One non-negative seed for each linear group of a block. */
  long[] of(int block) {
    long[] seeds = new long[SITES];
    for (int site = 0; site < SITES; site++) {
      long h = mix(run);
      h = mix(h ^ step);
      h = mix(h ^ microBatch);
      h = mix(h ^ ((long) block * SITES + site));
      seeds[site] = h & Long.MAX_VALUE;
    }
    return seeds;
  }

  /** SplitMix64's finaliser (Steele, Lea and Flood, 2014) after an increment. */
  private static long mix(long z) {
    z += 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
