package org.tune4j.engine.checkpoint;

import java.util.Arrays;
import java.util.Objects;
import org.tune4j.engine.ConfigException;

/**
 * One tensor on its way into a file.
 *
 * @param name its name in the file
 * @param dtype type of the stored elements
 * @param shape dimensions, row-major; empty for a scalar
 * @param source where its bytes come from
 */
public record TensorToWrite(String name, StoredType dtype, long[] shape, TensorSource source) {
  public TensorToWrite {
    Objects.requireNonNull(dtype, "dtype");
    Objects.requireNonNull(source, "source");
    shape = shape.clone();
    if (name.equals("__metadata__")) {
      throw new ConfigException("a tensor cannot be named __metadata__: safetensors reserves it");
    }
    byteSize(name, dtype, shape);
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Number of bytes the tensor takes in the file. */
  public long byteSize() {
    return byteSize(name, dtype, shape);
  }

  private static long byteSize(String name, StoredType dtype, long[] shape) {
    try {
      long bits = dtype.bits();
      for (long dimension : shape) {
        if (dimension < 0) {
          throw new ArithmeticException("negative dimension");
        }
        bits = Math.multiplyExact(bits, dimension);
      }
      if (bits % 8 != 0) {
        throw new ArithmeticException("elements do not fill whole bytes");
      }
      return bits / 8;
    } catch (ArithmeticException e) {
      throw new ConfigException(
          "tensor '" + name + "' " + dtype + Arrays.toString(shape) + ": " + e.getMessage(), e);
    }
  }
}
