package org.tune4j.engine.gguf;

import java.util.Arrays;

/**
 * The type Q6_K: 16 groups of 16 numbers q of 6 bits. A group has a scale s of 8 bits with a sign,
 * the block a scale d (half): an element is (ds)(q - 32). In each half of the block the low four
 * bits of elements i and i + 64 share a byte, and the high two ones of elements i, i + 32, i + 64
 * and i + 96.
 */
final class Q6KBlocks {
  private static final int ELEMENTS = 256;
  private static final int BYTES = 210;
  private static final int GROUPS = 16;
  private static final int GROUP_ELEMENTS = 16;
  private static final int HIGH_BITS = 128;
  private static final int SCALES = 192;
  private static final int SCALE_OF_SCALES = 208;
  private static final int BOUND = 32;

  private Q6KBlocks() {}

  static void decode(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES;
      float scaleOfScales = Half.get(from, in + SCALE_OF_SCALES);
      for (int group = 0; group < GROUPS; group++) {
        float scale = scaleOfScales * from[in + SCALES + group];
        int side = group % 2 * GROUP_ELEMENTS;
        int low = in + group / 8 * 64 + group % 4 / 2 * 32 + side;
        int lowShift = group % 8 / 4 * 4;
        int high = in + HIGH_BITS + group / 8 * 32 + side;
        int highShift = group % 8 / 2 * 2;
        int out = b * ELEMENTS + group * GROUP_ELEMENTS;
        for (int i = 0; i < GROUP_ELEMENTS; i++) {
          int number = from[low + i] >> lowShift & 15 | (from[high + i] >> highShift & 3) << 4;
          to[out + i] = scale * (number - BOUND);
        }
      }
    }
  }

  /**
   * Searches a scale for each group, rounds them to what the block can hold, and then rounds the
   * elements with those (ggml's {@code quantize_row_q6_K_ref}).
   */
  static void encode(float[] from, byte[] to, int first, int end) {
    ScaleSearch search = new ScaleSearch(BOUND, GROUP_ELEMENTS);
    float[] scales = new float[GROUPS];
    byte[] numbers = new byte[ELEMENTS];
    for (int b = first; b < end; b++) {
      int in = b * ELEMENTS;
      for (int group = 0; group < GROUPS; group++) {
        search.run(from, in + group * GROUP_ELEMENTS);
        scales[group] = search.scale();
        search.numbers(numbers, group * GROUP_ELEMENTS);
      }
      encodeBlock(from, in, scales, numbers, to, b * BYTES);
    }
  }

  private static void encodeBlock(
      float[] from, int in, float[] scales, byte[] numbers, byte[] to, int out) {
    float farthest = Farthest.fromZero(scales, 0, GROUPS);
    if (ScaleSearch.isZero(farthest)) {
      Arrays.fill(to, out, out + BYTES, (byte) 0);
      return;
    }
    float inverse = Byte.MIN_VALUE / farthest;
    float scaleOfScales = Half.put(1 / inverse, to, out + SCALE_OF_SCALES);
    for (int group = 0; group < GROUPS; group++) {
      int scale = Nearest.of(inverse * scales[group], Byte.MIN_VALUE, Byte.MAX_VALUE);
      to[out + SCALES + group] = (byte) scale;
      float step = scaleOfScales * scale;
      if (step != 0) {
        int first = group * GROUP_ELEMENTS;
        for (int i = first; i < first + GROUP_ELEMENTS; i++) {
          numbers[i] = (byte) (BOUND + Nearest.of(from[in + i] / step, -BOUND, BOUND - 1));
        }
      }
    }
    putNumbers(numbers, to, out);
  }

  private static void putNumbers(byte[] numbers, byte[] to, int out) {
    for (int half = 0; half < 2; half++) {
      int low = out + half * 64;
      int high = out + HIGH_BITS + half * 32;
      for (int i = 0; i < 32; i++) {
        int first = numbers[half * 128 + i];
        int second = numbers[half * 128 + 32 + i];
        int third = numbers[half * 128 + 64 + i];
        int fourth = numbers[half * 128 + 96 + i];
        to[low + i] = (byte) (first & 15 | third << 4);
        to[low + 32 + i] = (byte) (second & 15 | fourth << 4);
        to[high + i] = (byte) (first >> 4 | second >> 4 << 2 | third >> 4 << 4 | fourth >> 4 << 6);
      }
    }
  }
}
