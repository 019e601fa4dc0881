package org.tune4j.engine.gguf;

/**
 * The type Q5_K: as {@link Q4KBlocks} with 32 bytes of fifth bits before the numbers, those of
 * elements i, i + 32, ... i + 224 in a byte.
 */
final class Q5KBlocks {
  private static final int BYTES = 176;
  private static final int SCALES = 4;
  private static final int FIFTH_BITS = 16;
  private static final int NUMBERS = 48;

  private Q5KBlocks() {}

  static void decode(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES;
      float scaleOfScales = Half.get(from, in);
      float scaleOfMinima = Half.get(from, in + 2);
      for (int group = 0; group < 8; group++) {
        float scale = scaleOfScales * GroupScales.scale(from, in + SCALES, group);
        float minimum = scaleOfMinima * GroupScales.minimum(from, in + SCALES, group);
        int bytes = in + NUMBERS + group / 2 * 32;
        int shift = group % 2 * 4;
        int out = b * 256 + group * 32;
        for (int i = 0; i < 32; i++) {
          int high = from[in + FIFTH_BITS + i] >> group & 1;
          int low = from[bytes + i] >> shift & 15;
          to[out + i] = scale * (high << 4 | low) - minimum;
        }
      }
    }
  }
}
