package org.tune4j.engine.gguf;

/**
 * The type Q2_K: 16 groups of 16 numbers q of 2 bits. A group has a scale s (low) and a minimum m
 * of 4 bits in a byte, and the block a scale d of scales and e of minima (halves): an element is
 * (ds)q - (em). Elements i, i + 32, i + 64 and i + 96 of a half of the block share a byte.
 */
final class Q2KBlocks {
  private static final int BYTES = 84;
  private static final int NUMBERS = 16;
  private static final int SCALES = 80;

  private Q2KBlocks() {}

  static void decode(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES;
      float scaleOfScales = Half.get(from, in + SCALES);
      float scaleOfMinima = Half.get(from, in + SCALES + 2);
      for (int group = 0; group < 16; group++) {
        float scale = scaleOfScales * (from[in + group] & 15);
        float minimum = scaleOfMinima * (from[in + group] >> 4 & 15);
        int bytes = in + NUMBERS + group / 8 * 32 + group % 2 * 16;
        int shift = group % 8 / 2 * 2;
        int out = b * 256 + group * 16;
        for (int i = 0; i < 16; i++) {
          to[out + i] = scale * (from[bytes + i] >> shift & 3) - minimum;
        }
      }
    }
  }
}
