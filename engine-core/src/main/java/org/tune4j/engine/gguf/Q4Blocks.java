package org.tune4j.engine.gguf;

/**
 * The types of 32 numbers q of 4 bits. A byte has the numbers of elements i (low) and i + 16. Q4_0:
 * a scale d (half), an element is d(q - 8). Q4_1: d and a smallest value m (halves), an element is
 * dq + m.
 */
final class Q4Blocks {
  private static final int ELEMENTS = 32;
  private static final int HALF = 16;
  private static final int BYTES_Q40 = 18;
  private static final int BYTES_Q41 = 20;

  private Q4Blocks() {}

  static void decodeQ40(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES_Q40;
      int out = b * ELEMENTS;
      float scale = Half.get(from, in);
      for (int i = 0; i < HALF; i++) {
        int pair = from[in + 2 + i];
        to[out + i] = scale * ((pair & 15) - 8);
        to[out + HALF + i] = scale * ((pair >> 4 & 15) - 8);
      }
    }
  }

  static void decodeQ41(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES_Q41;
      int out = b * ELEMENTS;
      float scale = Half.get(from, in);
      float least = Half.get(from, in + 2);
      for (int i = 0; i < HALF; i++) {
        int pair = from[in + 4 + i];
        to[out + i] = scale * (pair & 15) + least;
        to[out + HALF + i] = scale * (pair >> 4 & 15) + least;
      }
    }
  }

  static void encodeQ40(float[] from, byte[] to, int first, int end) {
    for (int b = first; b < end; b++) {
      int in = b * ELEMENTS;
      int out = b * BYTES_Q40;
      float scale = Farthest.fromZero(from, in, ELEMENTS) / -8;
      float inverse = scale == 0 ? 0 : 1 / scale;
      Half.put(scale, to, out);
      for (int i = 0; i < HALF; i++) {
        int low = Math.min(15, (int) (from[in + i] * inverse + 8.5f));
        int high = Math.min(15, (int) (from[in + HALF + i] * inverse + 8.5f));
        to[out + 2 + i] = (byte) (low | high << 4);
      }
    }
  }
}
