package org.tune4j.engine.gguf;

import java.lang.reflect.Array;
import java.util.Objects;
import org.tune4j.engine.EngineBugException;

/**
 * An array in metadata. Numbers are kept as wide as they lie in the file, so that an array takes
 * about the memory that it takes there.
 *
 * @param elements their type
 * @param array {@code byte[]}, {@code short[]}, {@code int[]} or {@code long[]} of the bits of
 *     whole numbers; {@code float[]}, {@code double[]}, {@code boolean[]}, {@code String[]} or
 *     {@code ValueArray[]}
 */
record ValueArray(ValueType elements, Object array) {
  int length() {
    return Array.getLength(array);
  }

  /** An element of an array of whole numbers; of 64 bits without a sign, its bits. */
  long whole(int index) {
    return switch (elements) {
      case UINT8 -> ((byte[]) array)[index] & 0xFF;
      case INT8 -> ((byte[]) array)[index];
      case UINT16 -> ((short[]) array)[index] & 0xFFFF;
      case INT16 -> ((short[]) array)[index];
      case UINT32 -> ((int[]) array)[index] & 0xFFFF_FFFFL;
      case INT32 -> ((int[]) array)[index];
      case UINT64, INT64 -> ((long[]) array)[index];
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY ->
          throw new EngineBugException("an array of " + elements + " has no whole numbers");
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ValueArray that
        && elements == that.elements
        && Objects.deepEquals(array, that.array);
  }

  @Override
  public int hashCode() {
    return Objects.hash(elements, length());
  }

  @Override
  public String toString() {
    return length() + " of " + elements;
  }
}
