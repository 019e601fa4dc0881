package org.tune4j.engine.preflight.duplicate;

/**
 * Texts as 64-bit keys. Among ten million different texts the chance that two share a key is about
 * one in 400,000. The mixing is that of SplitMix64 (Steele, Lea, Flood 2014).
 */
final class TextKey {
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private TextKey() {}

  /** The key of a text that follows those of another key. */
  static long of(long before, String text) {
    long key = before + FACTOR;
    for (int i = 0; i < text.length(); i++) {
      key = Long.rotateLeft((key ^ text.charAt(i)) * FACTOR, 29);
    }
    return mixed(key ^ text.length());
  }

  private static long mixed(long key) {
    long z = (key ^ key >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
