package org.tune4j.engine.data.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Searches for line feeds eight bytes at a time, which is several times as fast as one by one also
 * where Java's second compiler is switched off.
 */
final class Newlines {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LINE_FEEDS = 0x0A0A0A0A0A0A0A0AL;
  private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;

  private Newlines() {}

  /** The place of the first line feed of a part of an array, or -1. */
  static int find(byte[] bytes, int from, int to) {
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long hits = hits((long) EIGHT.get(bytes, i));
      if (hits != 0) {
        return i + (Long.numberOfTrailingZeros(hits) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** How many line feeds there are in a part of an array. */
  static int count(byte[] bytes, int from, int to) {
    int count = 0;
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      count += Long.bitCount(hits((long) EIGHT.get(bytes, i)));
    }
    for (; i < to; i++) {
      count += bytes[i] == '\n' ? 1 : 0;
    }
    return count;
  }

  /** The highest bit of each byte that is a line feed, and no other bit. */
  private static long hits(long eight) {
    long different = eight ^ LINE_FEEDS;
    return ~(((different & LOW_BITS) + LOW_BITS) | different | LOW_BITS);
  }
}
