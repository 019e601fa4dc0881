package org.tune4j.engine.gguf;

/**
 * The types of 32 numbers q of 5 bits: the fifth bits together in 32 bits, and the others as in
 * {@link Q4Blocks}. Q5_0: a scale d (half), an element is d(q - 16). Q5_1: d and a smallest value m
 * (halves), an element is dq + m.
 */
final class Q5Blocks {
  private static final int ELEMENTS = 32;
  private static final int HALF = 16;
  private static final int BYTES_Q50 = 22;
  private static final int BYTES_Q51 = 24;

  private Q5Blocks() {}

  static void decodeQ50(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES_Q50;
      int out = b * ELEMENTS;
      float scale = Half.get(from, in);
      for (int i = 0; i < ELEMENTS; i++) {
        to[out + i] = scale * (number(from, in + 2, i) - 16);
      }
    }
  }

  static void decodeQ51(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES_Q51;
      int out = b * ELEMENTS;
      float scale = Half.get(from, in);
      float least = Half.get(from, in + 2);
      for (int i = 0; i < ELEMENTS; i++) {
        to[out + i] = scale * number(from, in + 4, i) + least;
      }
    }
  }

  private static int number(byte[] from, int fifthBits, int i) {
    int high = from[fifthBits + i / 8] >> i % 8 & 1;
    int low = from[fifthBits + 4 + i % HALF] >> i / HALF * 4 & 15;
    return high << 4 | low;
  }

  static void encodeQ50(float[] from, byte[] to, int first, int end) {
    for (int b = first; b < end; b++) {
      int in = b * ELEMENTS;
      int out = b * BYTES_Q50;
      float scale = Farthest.fromZero(from, in, ELEMENTS) / -16;
      float inverse = scale == 0 ? 0 : 1 / scale;
      Half.put(scale, to, out);
      int fifthBits = 0;
      for (int i = 0; i < HALF; i++) {
        int low = Math.min(31, (int) (from[in + i] * inverse + 16.5f));
        int high = Math.min(31, (int) (from[in + HALF + i] * inverse + 16.5f));
        fifthBits |= low >> 4 << i | high >> 4 << HALF + i;
        to[out + 6 + i] = (byte) (low & 15 | high << 4);
      }
      for (int i = 0; i < 4; i++) {
        to[out + 2 + i] = (byte) (fifthBits >> 8 * i);
      }
    }
  }
}
