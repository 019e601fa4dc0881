package org.tune4j.engine.data;

/**
 * A permutation that is a pure function of seed and epoch: Fisher-Yates, its draws the SplitMix64
 * sequence (Steele, Lea, Flood 2014) of a key made of both. Written out here because the order is
 * part of what a checkpoint resumes and must never change with a library.
 */
final class ShuffledOrder {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private ShuffledOrder() {}

  static int[] of(long seed, int epoch, int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    long state = mixed(mixed(seed) + epoch);
    for (int i = size - 1; i > 0; i--) {
      state += GOLDEN_GAMMA;
      int j = (int) Long.remainderUnsigned(mixed(state), i + 1L);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  private static long mixed(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
