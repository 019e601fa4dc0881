package org.tune4j.engine.gguf;

import java.util.List;
import java.util.Objects;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Shortened;

/**
 * A value of a file's metadata, with the type that it has there. Those who write a file make values
 * of the types that files of language models use; a file that is read may hold any.
 */
public final class GgufValue {
  private final ValueType type;
  private final Object content;

  /**
   * @param content of a whole number a Long (of an unsigned one of 64 bits, its bits), else Float,
   *     Double, Boolean, String or {@link ValueArray}
   */
  GgufValue(ValueType type, Object content) {
    this.type = type;
    this.content = Objects.requireNonNull(content, "content");
  }

  /** A text. */
  public static GgufValue text(String text) {
    return new GgufValue(ValueType.STRING, text);
  }

  /**
   * A whole number of 32 bits without a sign.
   *
   * @throws ConfigException if it is negative or beyond 32 bits
   */
  public static GgufValue uint32(long number) {
    if (number < 0 || number > 0xFFFF_FFFFL) {
      throw new ConfigException("metadata of type UINT32: found " + number + ", 0 to 4294967295");
    }
    return new GgufValue(ValueType.UINT32, number);
  }

  /** A whole number of 32 bits with a sign. */
  public static GgufValue int32(int number) {
    return new GgufValue(ValueType.INT32, (long) number);
  }

  /** A whole number of 64 bits with a sign. */
  public static GgufValue int64(long number) {
    return new GgufValue(ValueType.INT64, number);
  }

  /** A number of 32 bits with a fraction. */
  public static GgufValue float32(float number) {
    return new GgufValue(ValueType.FLOAT32, number);
  }

  /** Yes or no. */
  public static GgufValue flag(boolean flag) {
    return new GgufValue(ValueType.BOOL, flag);
  }

  /** A list of texts. */
  public static GgufValue texts(List<String> texts) {
    return array(ValueType.STRING, texts.toArray(String[]::new));
  }

  /** A list of whole numbers of 32 bits with a sign. */
  public static GgufValue int32s(int[] numbers) {
    return array(ValueType.INT32, numbers.clone());
  }

  /** A list of numbers of 32 bits with a fraction. */
  public static GgufValue float32s(float[] numbers) {
    return array(ValueType.FLOAT32, numbers.clone());
  }

  /** A list of yes and no. */
  public static GgufValue flags(boolean[] flags) {
    return array(ValueType.BOOL, flags.clone());
  }

  private static GgufValue array(ValueType elements, Object array) {
    return new GgufValue(ValueType.ARRAY, new ValueArray(elements, array));
  }

  ValueType type() {
    return type;
  }

  Object content() {
    return content;
  }

  /** The type for errors: {@code ARRAY of STRING}. */
  String typeName() {
    return content instanceof ValueArray array ? "ARRAY of " + array.elements() : type.name();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GgufValue that && type == that.type && content.equals(that.content);
  }

  @Override
  public int hashCode() {
    return Objects.hash(type, content);
  }

  @Override
  public String toString() {
    return typeName() + " " + Shortened.text(content);
  }
}
