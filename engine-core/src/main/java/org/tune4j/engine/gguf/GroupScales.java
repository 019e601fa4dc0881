package org.tune4j.engine.gguf;

/**
 * The twelve bytes in which Q4_K and Q5_K keep eight scales and eight minima of 6 bits. Those of
 * the first four groups are the low bits of the first eight bytes; of the others the low four bits
 * share a byte of the last four, and the high two bits are the high ones of the first eight.
 */
final class GroupScales {
  static final int BYTES = 12;

  private GroupScales() {}

  static int scale(byte[] bytes, int at, int group) {
    return group < 4
        ? bytes[at + group] & 63
        : bytes[at + group + 4] & 15 | bytes[at + group - 4] >> 2 & 48;
  }

  static int minimum(byte[] bytes, int at, int group) {
    return group < 4
        ? bytes[at + group + 4] & 63
        : bytes[at + group + 4] >> 4 & 15 | bytes[at + group] >> 2 & 48;
  }

  /** Writes those of a group; the groups come in rising order. */
  static void put(int scale, int minimum, byte[] bytes, int at, int group) {
    if (group < 4) {
      bytes[at + group] = (byte) scale;
      bytes[at + group + 4] = (byte) minimum;
    } else {
      bytes[at + group + 4] = (byte) (scale & 15 | minimum << 4);
      bytes[at + group - 4] |= (byte) (scale >> 4 << 6);
      bytes[at + group] |= (byte) (minimum >> 4 << 6);
    }
  }
}
