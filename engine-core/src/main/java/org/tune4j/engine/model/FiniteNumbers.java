package org.tune4j.engine.model;

import java.nio.ByteBuffer;
import org.tune4j.engine.tensor.DType;

/** Finds stored numbers that are NaN or infinite by their bits. */
final class FiniteNumbers {
  private FiniteNumbers() {}

  /**
   * The place of the first number that is not finite once it is held in another type, counted in
   * numbers; -1 if all are, or the type has no others.
   *
   * @param bytes little-endian numbers
   * @param held what they will be held in: a double may be too large for it
   */
  static int firstOther(ByteBuffer bytes, DType stored, DType held) {
    int numbers = bytes.remaining() / stored.bytes();
    for (int i = 0; i < numbers; i++) {
      boolean finite =
          switch (stored) {
            case FLOAT64 -> {
              double number = bytes.getDouble(8 * i);
              yield held == DType.FLOAT64
                  ? Double.isFinite(number)
                  : Float.isFinite((float) number);
            }
            case FLOAT32 -> (bytes.getInt(4 * i) & 0x7F80_0000) != 0x7F80_0000;
            case FLOAT16 -> (bytes.getShort(2 * i) & 0x7C00) != 0x7C00;
            case BFLOAT16 -> (bytes.getShort(2 * i) & 0x7F80) != 0x7F80;
            default -> true;
          };
      if (!finite) {
        return i;
      }
    }
    return -1;
  }
}
