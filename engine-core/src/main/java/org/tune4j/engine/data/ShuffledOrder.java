package org.tune4j.engine.data;

import org.tune4j.engine.SplitMix64;

/**
 * A permutation that is a pure function of seed and epoch: Fisher-Yates, its draws the SplitMix64
 * sequence of a key made of both.
 */
public final class ShuffledOrder {
  private ShuffledOrder() {}

  /**
   * The permutation of an epoch.
   *
   * @param size of how many
   */
  public static int[] of(long seed, int epoch, int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    long state = SplitMix64.mixed(SplitMix64.mixed(seed) + epoch);
    for (int i = size - 1; i > 0; i--) {
      state += SplitMix64.GOLDEN_GAMMA;
      int j = (int) Long.remainderUnsigned(SplitMix64.mixed(state), i + 1L);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
