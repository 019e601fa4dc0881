package org.tune4j.engine.gguf;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ModelFormatException;

/**
 * The metadata of a GGUF file by key. A value that is not there, or of another type than asked for,
 * is a {@link ModelFormatException} that names the file and the key.
 *
 * @param file it comes from
 * @param values all of it, in the order of the file
 */
public record GgufMetadata(Path file, Map<String, GgufValue> values) {

  /** Whether the file has the key. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** A text. */
  public String text(String key) {
    return (String) scalar(key, ValueType.STRING);
  }

  /** Yes or no. */
  public boolean flag(String key) {
    return (boolean) scalar(key, ValueType.BOOL);
  }

  /** A whole number of any type that fits 64 bits with a sign. */
  public long whole(String key) {
    GgufValue value = value(key);
    if (!value.type().isWhole()) {
      throw fault(key, value.typeName(), "a whole number");
    }
    long number = (long) value.content();
    if (value.type() == ValueType.UINT64 && number < 0) {
      throw fault(key, Long.toUnsignedString(number), "at most " + Long.MAX_VALUE);
    }
    return number;
  }

  /** A number of type FLOAT32 or FLOAT64. */
  public double real(String key) {
    GgufValue value = value(key);
    if (value.content() instanceof Float number) {
      return number;
    }
    if (value.content() instanceof Double number) {
      return number;
    }
    throw fault(key, value.typeName(), "FLOAT32 or FLOAT64");
  }

  /** A list of texts. */
  public List<String> texts(String key) {
    return List.of((String[]) array(key, ValueType.STRING));
  }

  /** A list of numbers of type FLOAT32. */
  public float[] reals(String key) {
    return ((float[]) array(key, ValueType.FLOAT32)).clone();
  }

  /** A list of yes and no. */
  public boolean[] flags(String key) {
    return ((boolean[]) array(key, ValueType.BOOL)).clone();
  }

  /** A list of whole numbers of any type, each of which fits 32 bits with a sign. */
  public int[] wholes(String key) {
    GgufValue value = value(key);
    if (!(value.content() instanceof ValueArray array) || !array.elements().isWhole()) {
      throw fault(key, value.typeName(), "an ARRAY of whole numbers");
    }
    int[] numbers = new int[array.length()];
    for (int i = 0; i < numbers.length; i++) {
      long number = array.whole(i);
      numbers[i] = (int) number;
      if (numbers[i] != number || number < 0 && array.elements() == ValueType.UINT64) {
        throw fault(
            key,
            "an element " + i + " of " + array.elements() + " beyond 32 bits",
            Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
      }
    }
    return numbers;
  }

  private GgufValue value(String key) {
    GgufValue value = values.get(key);
    if (value == null) {
      throw new ModelFormatException(
          file + ": there is no metadata '" + key + "' in this file, and it is needed");
    }
    return value;
  }

  private Object scalar(String key, ValueType type) {
    GgufValue value = value(key);
    if (value.type() != type) {
      throw fault(key, value.typeName(), type.name());
    }
    return value.content();
  }

  private Object array(String key, ValueType elements) {
    GgufValue value = value(key);
    if (!(value.content() instanceof ValueArray array) || array.elements() != elements) {
      throw fault(key, value.typeName(), "ARRAY of " + elements);
    }
    return array.array();
  }

  private ModelFormatException fault(String key, String found, String wanted) {
    return new ModelFormatException(
        file + ": metadata '" + key + "': found " + found + ", wanted " + wanted);
  }
}
