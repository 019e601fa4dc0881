package org.tune4j.engine.gguf;

import java.io.IOException;

/** Writes the values of metadata. */
final class ValueOutput {
  private final HeaderOutput out;

  ValueOutput(HeaderOutput out) {
    this.out = out;
  }

  void write(GgufValue value) throws IOException {
    out.int32(value.type().ordinal());
    Object content = value.content();
    switch (value.type()) {
      case UINT8, INT8 -> out.int8((int) (long) content);
      case UINT16, INT16 -> out.int16((int) (long) content);
      case UINT32, INT32 -> out.int32((int) (long) content);
      case UINT64, INT64 -> out.int64((long) content);
      case FLOAT32 -> out.int32(Float.floatToRawIntBits((float) content));
      case FLOAT64 -> out.int64(Double.doubleToRawLongBits((double) content));
      case BOOL -> out.int8((boolean) content ? 1 : 0);
      case STRING -> out.text((String) content);
      case ARRAY -> array((ValueArray) content);
    }
  }

  private void array(ValueArray value) throws IOException {
    out.int32(value.elements().ordinal());
    out.int64(value.length());
    switch (value.elements()) {
      case UINT8, INT8 -> {
        for (byte element : (byte[]) value.array()) {
          out.int8(element);
        }
      }
      case UINT16, INT16 -> {
        for (short element : (short[]) value.array()) {
          out.int16(element);
        }
      }
      case UINT32, INT32 -> {
        for (int element : (int[]) value.array()) {
          out.int32(element);
        }
      }
      case UINT64, INT64 -> {
        for (long element : (long[]) value.array()) {
          out.int64(element);
        }
      }
      case FLOAT32 -> {
        for (float element : (float[]) value.array()) {
          out.int32(Float.floatToRawIntBits(element));
        }
      }
      case FLOAT64 -> {
        for (double element : (double[]) value.array()) {
          out.int64(Double.doubleToRawLongBits(element));
        }
      }
      case BOOL -> {
        for (boolean element : (boolean[]) value.array()) {
          out.int8(element ? 1 : 0);
        }
      }
      case STRING -> {
        for (String element : (String[]) value.array()) {
          out.text(element);
        }
      }
      case ARRAY -> {
        for (ValueArray element : (ValueArray[]) value.array()) {
          array(element);
        }
      }
    }
  }
}
