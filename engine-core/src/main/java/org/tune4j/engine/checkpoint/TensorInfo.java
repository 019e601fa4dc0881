package org.tune4j.engine.checkpoint;

import java.util.Arrays;
import java.util.Objects;

/**
 * What the header of a safetensors file says about one tensor.
 *
 * @param name the tensor's name in the file
 * @param dtype type of the stored elements
 * @param shape dimensions, row-major; empty for a scalar. A dimension is unsigned in the format:
 *     one above {@code Long.MAX_VALUE} reads as negative, and only a tensor without elements can
 *     have one
 * @param begin first byte of the tensor, counted from the end of the header
 * @param end the byte after the tensor's last one, counted from the end of the header
 */
public record TensorInfo(String name, StoredType dtype, long[] shape, long begin, long end) {
  public TensorInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(dtype, "dtype");
    shape = shape.clone();
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  int rank() {
    return shape.length;
  }

  long dimension(int axis) {
    return shape[axis];
  }

  /** Number of bytes the tensor takes in the file. */
  public long byteSize() {
    return end - begin;
  }

  /** Number of elements: the product of the dimensions, 1 for a scalar. */
  public long elements() {
    long product = 1;
    for (long dimension : shape) {
      product *= dimension;
    }
    return product;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorInfo that
        && name.equals(that.name)
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape)
        && begin == that.begin
        && end == that.end;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, dtype, Arrays.hashCode(shape), begin, end);
  }

  @Override
  public String toString() {
    return name + " " + dtype + Arrays.toString(shape) + " [" + begin + "," + end + ")";
  }
}
