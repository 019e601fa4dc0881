package org.tune4j.examples.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.tune4j.engine.ConfigException;

/**
 * What every method gets.
 *
 * @param task what is learned
 * @param updates of a run, of {@value #BATCH} rows each
 * @param seeds so many runs, which differ in their seeds
 * @param testRows rows that are measured on
 */
record Budget(ComparisonTask task, int updates, int seeds, int testRows) {
  /** Rows of an update. */
  static final int BATCH = 8;

  /** Throws a {@link ConfigException} where there is nothing to train or to measure. */
  Budget {
    require("updates", updates, 1);
    require("seeds", seeds, 1);
    require("test-rows", testRows, 2);
  }

  private static void require(String option, int found, int least) {
    if (found < least) {
      throw new ConfigException(
          "--%s: wanted at least %d, found %d".formatted(option, least, found));
    }
  }

  /** Updates of each of the short runs by which a rate is chosen: together as many as of a run. */
  @JsonIgnore
  int trialUpdates() {
    return Math.max(1, updates / RateSearch.TRIALS);
  }

  /** The seed of a run, from 0. */
  static long seed(int run) {
    return 11 + run;
  }
}
