package org.tune4j.engine.tensor;

import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.Objects;
import org.tune4j.engine.EngineBugException;

/** The element types that kernels compute with. {@code code} is libtorch's scalar type number. */
public enum DType {
  UINT8(0, 1, DataType.UINT8),
  INT8(1, 1, DataType.INT8),
  INT32(3, 4, DataType.INT32),
  INT64(4, 8, DataType.INT64),
  FLOAT16(5, 2, DataType.FLOAT16),
  FLOAT32(6, 4, DataType.FLOAT32),
  FLOAT64(7, 8, DataType.FLOAT64),
  BOOL(11, 1, DataType.BOOLEAN),
  /**
   * DJL has no name for it: such tensors pass between kernels as handles and are read through a
   * byte view.
   */
  BFLOAT16(15, 2, null);

  private final int code;
  private final int bytes;
  private final DataType djl;

  DType(int code, int bytes, DataType djl) {
    this.code = code;
    this.bytes = bytes;
    this.djl = djl;
  }

  /**
   * libtorch's number of this type, as kernels take it in place of {@code torch.float32} and the
   * like.
   */
  public int code() {
    return code;
  }

  /** Bytes an element. */
  public int bytes() {
    return bytes;
  }

  /**
   * Bytes of a tensor of this type.
   *
   * @throws IllegalArgumentException if a size is negative or the bytes are more than a long counts
   */
  public long bytes(long... shape) {
    Objects.requireNonNull(shape, "shape");
    long total = bytes;
    try {
      for (long size : shape) {
        if (size < 0) {
          throw new IllegalArgumentException(
              "Shape " + Arrays.toString(shape) + " has a negative size");
        }
        total = Math.multiplyExact(total, size);
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "Shape " + Arrays.toString(shape) + " of " + this + " is more than 2^63 bytes", e);
    }
    return total;
  }

  DataType djl() {
    return djl;
  }

  static DType of(int code) {
    for (DType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new EngineBugException("libtorch element type " + code + " has no DType");
  }
}
