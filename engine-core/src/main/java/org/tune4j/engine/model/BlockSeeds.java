package org.tune4j.engine.model;

import org.tune4j.engine.SplitMix64;

/**
 * What the random draws of one pass depend on: a pure function of the run's seed, the step, the
 * micro-batch and the place in the model, so that any step can be replayed.
 *
 * @param run the run's seed
 * @param step the update that the pass belongs to
 * @param microBatch its number inside the step
 */
public record BlockSeeds(long run, long step, long microBatch) {
  /** How many linear groups of a block can draw. */
  static final int SITES = 7;

  /** Of the first so many the place in the model is one number; the others are told beside it. */
  private static final int COUNTED = 4;

  /** The non-negative seed of what is added to the vectors of words. */
  public long ofInputs() {
    return of(-1)[0];
  }

  /** One non-negative seed for each linear group of a block. */
  long[] of(int block) {
    long[] seeds = new long[SITES];
    for (int site = 0; site < SITES; site++) {
      long h = SplitMix64.next(run);
      h = SplitMix64.next(h ^ step);
      h = SplitMix64.next(h ^ microBatch);
      h = SplitMix64.next(h ^ ((long) block * COUNTED + site % COUNTED));
      h = site < COUNTED ? h : SplitMix64.next(h ^ site);
      seeds[site] = h & Long.MAX_VALUE;
    }
    return seeds;
  }
}
