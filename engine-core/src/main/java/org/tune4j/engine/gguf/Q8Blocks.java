package org.tune4j.engine.gguf;

/**
 * The type Q8_0: a scale (half) and 32 numbers of 8 bits with a sign; an element is scale times
 * number.
 */
final class Q8Blocks {
  private static final int ELEMENTS = 32;
  private static final int BYTES = 34;

  private Q8Blocks() {}

  static void decode(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES;
      int out = b * ELEMENTS;
      float scale = Half.get(from, in);
      for (int i = 0; i < ELEMENTS; i++) {
        to[out + i] = from[in + 2 + i] * scale;
      }
    }
  }

  static void encode(float[] from, byte[] to, int first, int end) {
    for (int b = first; b < end; b++) {
      int in = b * ELEMENTS;
      int out = b * BYTES;
      float largest = 0;
      for (int i = 0; i < ELEMENTS; i++) {
        largest = Math.max(largest, Math.abs(from[in + i]));
      }
      float scale = largest / 127;
      float inverse = scale == 0 ? 0 : 1 / scale;
      Half.put(scale, to, out);
      for (int i = 0; i < ELEMENTS; i++) {
        to[out + 2 + i] = (byte) awayFromZero(from[in + i] * inverse);
      }
    }
  }

  /** Rounds to the nearest number, of two equally near ones to the one away from zero. */
  private static int awayFromZero(float value) {
    int whole = (int) value;
    float rest = value - whole;
    return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
  }
}
