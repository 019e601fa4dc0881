package org.tune4j.engine.gguf;

/**
 * The type Q4_K: 8 groups of 32 numbers q of 4 bits. A group has a scale s and a minimum m of 6
 * bits ({@link GroupScales}), the block a scale d of scales and e of minima (halves): an element is
 * (ds)q - (em). A byte has the numbers of an element of an even group (low) and of the next group.
 */
final class Q4KBlocks {
  private static final int ELEMENTS = 256;
  private static final int BYTES = 144;
  private static final int GROUPS = 8;
  private static final int GROUP_ELEMENTS = 32;
  private static final int SCALES = 4;
  private static final int NUMBERS = 16;
  private static final int LARGEST_NUMBER = 15;
  private static final int LARGEST_SCALE = 63;

  private Q4KBlocks() {}

  static void decode(byte[] from, float[] to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      int in = b * BYTES;
      float scaleOfScales = Half.get(from, in);
      float scaleOfMinima = Half.get(from, in + 2);
      for (int group = 0; group < GROUPS; group++) {
        float scale = scaleOfScales * GroupScales.scale(from, in + SCALES, group);
        float minimum = scaleOfMinima * GroupScales.minimum(from, in + SCALES, group);
        int bytes = in + NUMBERS + group / 2 * GROUP_ELEMENTS;
        int shift = group % 2 * 4;
        int out = b * ELEMENTS + group * GROUP_ELEMENTS;
        for (int i = 0; i < GROUP_ELEMENTS; i++) {
          to[out + i] = scale * (from[bytes + i] >> shift & 15) - minimum;
        }
      }
    }
  }

  /**
   * Searches a scale and a minimum for each group, rounds them to what the block can hold, and then
   * rounds the elements with those (ggml's {@code quantize_row_q4_K_ref}).
   */
  static void encode(float[] from, byte[] to, int first, int end) {
    ScaleAndMinimumSearch search = new ScaleAndMinimumSearch(LARGEST_NUMBER, GROUP_ELEMENTS);
    float[] scales = new float[GROUPS];
    float[] minima = new float[GROUPS];
    byte[] numbers = new byte[ELEMENTS];
    for (int b = first; b < end; b++) {
      int in = b * ELEMENTS;
      for (int group = 0; group < GROUPS; group++) {
        search.run(from, in + group * GROUP_ELEMENTS);
        scales[group] = search.scale();
        minima[group] = search.minimum();
        search.numbers(numbers, group * GROUP_ELEMENTS);
      }
      encodeBlock(from, in, scales, minima, numbers, to, b * BYTES);
    }
  }

  private static void encodeBlock(
      float[] from, int in, float[] scales, float[] minima, byte[] numbers, byte[] to, int out) {
    float largestScale = largest(scales);
    float largestMinimum = largest(minima);
    float inverseScale = largestScale > 0 ? LARGEST_SCALE / largestScale : 0;
    float inverseMinimum = largestMinimum > 0 ? LARGEST_SCALE / largestMinimum : 0;
    float scaleOfScales = Half.put(largestScale / LARGEST_SCALE, to, out);
    float scaleOfMinima = Half.put(largestMinimum / LARGEST_SCALE, to, out + 2);
    for (int group = 0; group < GROUPS; group++) {
      int scale = Nearest.of(inverseScale * scales[group], 0, LARGEST_SCALE);
      int minimum = Nearest.of(inverseMinimum * minima[group], 0, LARGEST_SCALE);
      GroupScales.put(scale, minimum, to, out + SCALES, group);
      float step = scaleOfScales * scale;
      if (step != 0) {
        float least = scaleOfMinima * minimum;
        int first = group * GROUP_ELEMENTS;
        for (int i = first; i < first + GROUP_ELEMENTS; i++) {
          numbers[i] = (byte) Nearest.of((from[in + i] + least) / step, 0, LARGEST_NUMBER);
        }
      }
    }
    for (int pair = 0; pair < GROUPS / 2; pair++) {
      int low = 2 * pair * GROUP_ELEMENTS;
      int bytes = out + NUMBERS + pair * GROUP_ELEMENTS;
      for (int i = 0; i < GROUP_ELEMENTS; i++) {
        to[bytes + i] = (byte) (numbers[low + i] | numbers[low + GROUP_ELEMENTS + i] << 4);
      }
    }
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }
}
