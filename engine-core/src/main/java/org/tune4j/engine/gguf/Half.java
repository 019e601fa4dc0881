package org.tune4j.engine.gguf;

/** Numbers of 16 bits: IEEE 754 binary16, little-endian in a file. */
public final class Half {
  /** The largest finite one. */
  static final float MAX = 65504;

  private static final float[] VALUES = new float[1 << 16];

  static {
    for (int bits = 0; bits < VALUES.length; bits++) {
      VALUES[bits] = value(bits);
    }
  }

  private Half() {}

  private static float value(int bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    if (exponent == 0x1F) {
      return Float.intBitsToFloat(sign | 0x7F800000 | fraction << 13);
    }
    if (exponent == 0) {
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
    }
    return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
  }

  /** The number whose two bytes begin at that index. */
  public static float get(byte[] bytes, int at) {
    return VALUES[bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8];
  }

  /**
   * Writes the number nearest to a value, of two equally near ones the even one.
   *
   * @return the number written
   */
  static float put(float value, byte[] bytes, int at) {
    int bits = bits(value);
    bytes[at] = (byte) bits;
    bytes[at + 1] = (byte) (bits >> 8);
    return VALUES[bits];
  }

  private static int bits(float value) {
    int raw = Float.floatToRawIntBits(value);
    int sign = raw >>> 16 & 0x8000;
    float magnitude = Math.abs(value);
    if (magnitude != magnitude) {
      return sign | 0x7E00;
    }
    if (magnitude >= 65520) {
      return sign | 0x7C00;
    }
    if (magnitude < 0x1p-14f) {
      return sign | (int) Math.rint(magnitude * 0x1p24f);
    }
    int magnitudeBits = raw & 0x7FFFFFFF;
    int even = magnitudeBits >> 13 & 1;
    return sign | (magnitudeBits + 0xFFF + even >> 13) - (112 << 10);
  }
}
