package org.tune4j.engine.preflight.duplicate;

import org.tune4j.engine.SplitMix64;

/**
 * Texts as 64-bit keys. Among ten million different texts the chance that two share a key is about
 * one in 400,000.
 */
final class TextKey {
  private TextKey() {}

  /** The key of a text that follows those of another key. */
  static long of(long before, String text) {
    long key = before + SplitMix64.GOLDEN_GAMMA;
    for (int i = 0; i < text.length(); i++) {
      key = Long.rotateLeft((key ^ text.charAt(i)) * SplitMix64.GOLDEN_GAMMA, 29);
    }
    return SplitMix64.mixed(key ^ text.length());
  }
}
