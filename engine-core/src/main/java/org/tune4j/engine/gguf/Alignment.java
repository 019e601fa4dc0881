package org.tune4j.engine.gguf;

import java.util.Map;
import java.util.function.Function;
import org.tune4j.engine.Tune4jException;

/**
 * What the places of tensors are multiples of.
 *
 * @param bytes a power of two
 */
record Alignment(long bytes) {
  private static final String KEY = "general.alignment";
  private static final long DEFAULT = 32;

  /**
   * The alignment of a file with that metadata.
   *
   * @param refusal the exception of a problem
   */
  static Alignment of(
      Map<String, GgufValue> metadata, Function<String, ? extends Tune4jException> refusal) {
    GgufValue value = metadata.get(KEY);
    if (value == null) {
      return new Alignment(DEFAULT);
    }
    if (value.type() != ValueType.UINT32 || Long.bitCount((long) value.content()) != 1) {
      throw refusal.apply(
          "metadata '" + KEY + "': found " + value + ", wanted a power of two of type UINT32");
    }
    return new Alignment((long) value.content());
  }

  /** The next multiple at or behind a place in a file. */
  long up(long place) {
    return place + (-place & bytes - 1);
  }
}
