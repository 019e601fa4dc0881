package org.tune4j.engine.gguf;

/**
 * The type Q3_K: 16 groups of 16 numbers of 3 bits. The low two bits lie as in {@link Q2KBlocks};
 * the third ones come first, those of elements i, i + 32, ... i + 224 in a byte, and a 0 there
 * takes 4 away. A group has a scale s of 6 bits, the block a scale d (half): an element is d(s -
 * 32) times its number.
 */
final class Q3KBlocks {
  private static final int BYTES = 110;
  private static final int NUMBERS = 32;
  private static final int SCALES = 96;
  private static final int SCALE_OF_SCALES = 108;

  private Q3KBlocks() {}

  static void decode(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES;
      float scaleOfScales = Half.get(from, in + SCALE_OF_SCALES);
      for (int group = 0; group < 16; group++) {
        float scale = scaleOfScales * (scale(from, in + SCALES, group) - 32);
        int side = group % 2 * 16;
        int bytes = in + NUMBERS + group / 8 * 32 + side;
        int shift = group % 8 / 2 * 2;
        int out = b * 256 + group * 16;
        for (int i = 0; i < 16; i++) {
          int low = from[bytes + i] >> shift & 3;
          int third = from[in + side + i] >> group / 2 & 1;
          to[out + i] = scale * (low - 4 + 4 * third);
        }
      }
    }
  }

  /**
   * Twelve bytes: the low four bits of two scales in each of eight, the high ones of four in each.
   */
  private static int scale(byte[] from, int scales, int group) {
    int low = from[scales + group % 8] >> group / 8 * 4 & 15;
    int high = from[scales + 8 + group % 4] >> group / 4 * 2 & 3;
    return high << 4 | low;
  }
}
