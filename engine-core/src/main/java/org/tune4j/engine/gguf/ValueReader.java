package org.tune4j.engine.gguf;

/** Reads the values of metadata. */
final class ValueReader {
  private static final ValueType[] TYPES = ValueType.values();
  private static final int MOST_NESTING = 8;

  private final HeaderCursor cursor;

  ValueReader(HeaderCursor cursor) {
    this.cursor = cursor;
  }

  GgufValue read() {
    ValueType type = type();
    Object content =
        switch (type) {
          case UINT8 -> (long) (cursor.int8() & 0xFF);
          case INT8 -> (long) cursor.int8();
          case UINT16 -> (long) (cursor.int16() & 0xFFFF);
          case INT16 -> (long) cursor.int16();
          case UINT32 -> cursor.int32() & 0xFFFF_FFFFL;
          case INT32 -> (long) cursor.int32();
          case UINT64, INT64 -> cursor.int64();
          case FLOAT32 -> cursor.float32();
          case FLOAT64 -> cursor.float64();
          case BOOL -> cursor.flag();
          case STRING -> text();
          case ARRAY -> array(1);
        };
    return new GgufValue(type, content);
  }

  private ValueType type() {
    int number = cursor.int32();
    if (number < 0 || number >= TYPES.length) {
      throw cursor.fault(
          "found a value of type "
              + Integer.toUnsignedString(number)
              + ", wanted 0 to "
              + (TYPES.length - 1));
    }
    return TYPES[number];
  }

  private String text() {
    return cursor.text(HeaderCursor.MOST_BYTES, "bytes of a text");
  }

  private ValueArray array(int depth) {
    if (depth > MOST_NESTING) {
      throw cursor.fault("found arrays nested more than " + MOST_NESTING + " deep");
    }
    ValueType elements = type();
    int length = cursor.count(elements.leastBytes(), Integer.MAX_VALUE, "elements of an array");
    return new ValueArray(
        elements,
        switch (elements) {
          case UINT8, INT8 -> bytes(length);
          case UINT16, INT16 -> shorts(length);
          case UINT32, INT32 -> ints(length);
          case UINT64, INT64 -> longs(length);
          case FLOAT32 -> floats(length);
          case FLOAT64 -> doubles(length);
          case BOOL -> flags(length);
          case STRING -> texts(length);
          case ARRAY -> arrays(length, depth);
        });
  }

  private byte[] bytes(int length) {
    byte[] array = new byte[length];
    for (int i = 0; i < length; i++) {
      array[i] = cursor.int8();
    }
    return array;
  }

  private short[] shorts(int length) {
    short[] array = new short[length];
    for (int i = 0; i < length; i++) {
      array[i] = cursor.int16();
    }
    return array;
  }

  private int[] ints(int length) {
    int[] array = new int[length];
    for (int i = 0; i < length; i++) {
      array[i] = cursor.int32();
    }
    return array;
  }

  private long[] longs(int length) {
    long[] array = new long[length];
    for (int i = 0; i < length; i++) {
      array[i] = cursor.int64();
    }
    return array;
  }

  private float[] floats(int length) {
    float[] array = new float[length];
    for (int i = 0; i < length; i++) {
      array[i] = cursor.float32();
    }
    return array;
  }

  private double[] doubles(int length) {
    double[] array = new double[length];
    for (int i = 0; i < length; i++) {
      array[i] = cursor.float64();
    }
    return array;
  }

  private boolean[] flags(int length) {
    boolean[] array = new boolean[length];
    for (int i = 0; i < length; i++) {
      array[i] = cursor.flag();
    }
    return array;
  }

  private String[] texts(int length) {
    String[] array = new String[length];
    for (int i = 0; i < length; i++) {
      array[i] = text();
    }
    return array;
  }

  private ValueArray[] arrays(int length, int depth) {
    ValueArray[] array = new ValueArray[length];
    for (int i = 0; i < length; i++) {
      array[i] = array(depth + 1);
    }
    return array;
  }
}
