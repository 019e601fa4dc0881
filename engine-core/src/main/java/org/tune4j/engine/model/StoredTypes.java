package org.tune4j.engine.model;

import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.tensor.DType;

/** Which element types of files weights can be read from and written in. */
public final class StoredTypes {
  private StoredTypes() {}

  static boolean isSupported(StoredType stored) {
    return stored == StoredType.F32
        || stored == StoredType.BF16
        || stored == StoredType.F16
        || stored == StoredType.F64;
  }

  /** The type in memory of bytes stored so. */
  public static DType dtype(StoredType stored) {
    return switch (stored) {
      case F32 -> DType.FLOAT32;
      case BF16 -> DType.BFLOAT16;
      case F16 -> DType.FLOAT16;
      case F64 -> DType.FLOAT64;
      case I64 -> DType.INT64;
      case I32 -> DType.INT32;
      default -> throw new IllegalArgumentException("Element type " + stored + " is not supported");
    };
  }

  /** The type in a file of numbers in memory. */
  public static StoredType stored(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> StoredType.F32;
      case BFLOAT16 -> StoredType.BF16;
      case FLOAT16 -> StoredType.F16;
      case FLOAT64 -> StoredType.F64;
      case INT64 -> StoredType.I64;
      case INT32 -> StoredType.I32;
      default -> throw new IllegalArgumentException("Element type " + dtype + " is not stored");
    };
  }
}
