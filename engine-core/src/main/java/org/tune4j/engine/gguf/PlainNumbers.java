package org.tune4j.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The types F32, F16 and BF16: a block is one number. */
final class PlainNumbers {
  private PlainNumbers() {}

  static void decodeF32(byte[] from, float[] to, int blocks) {
    ByteBuffer.wrap(from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(to, 0, blocks);
  }

  static void encodeF32(float[] from, byte[] to, int first, int end) {
    ByteBuffer bytes = ByteBuffer.wrap(to).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(first, from, first, end - first);
  }

  static void decodeF16(byte[] from, float[] to, int blocks) {
    for (int i = 0; i < blocks; i++) {
      to[i] = Half.get(from, 2 * i);
    }
  }

  static void encodeF16(float[] from, byte[] to, int first, int end) {
    for (int i = first; i < end; i++) {
      Half.put(from[i], to, 2 * i);
    }
  }

  static void decodeBf16(byte[] from, float[] to, int blocks) {
    for (int i = 0; i < blocks; i++) {
      to[i] = Float.intBitsToFloat((from[2 * i] & 0xFF) << 16 | from[2 * i + 1] << 24);
    }
  }

  /** Rounds to the nearest, of two equally near ones to the even one; a NaN stays one. */
  static void encodeBf16(float[] from, byte[] to, int first, int end) {
    for (int i = first; i < end; i++) {
      int raw = Float.floatToRawIntBits(from[i]);
      int bits = Float.isNaN(from[i]) ? raw >>> 16 | 0x40 : raw + 0x7FFF + (raw >>> 16 & 1) >>> 16;
      to[2 * i] = (byte) bits;
      to[2 * i + 1] = (byte) (bits >> 8);
    }
  }
}
