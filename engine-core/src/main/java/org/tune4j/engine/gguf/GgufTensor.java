package org.tune4j.engine.gguf;

import java.util.Arrays;
import java.util.Objects;
import org.tune4j.engine.Shortened;

/**
 * What the header of a GGUF file says about one tensor.
 *
 * @param name the tensor's name in the file
 * @param type of the stored elements
 * @param shape dimensions, row-major as in PyTorch (the file lists them the other way round); empty
 *     for a scalar
 * @param offset first byte of the tensor, counted from where the data begins
 */
public record GgufTensor(String name, GgufType type, long[] shape, long offset) {
  public GgufTensor {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    shape = shape.clone();
    type.byteSize(shape);
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Number of bytes the tensor takes in the file. */
  public long byteSize() {
    return type.byteSize(shape);
  }

  /** Number of elements: the product of the dimensions, 1 for a scalar. */
  public long elements() {
    return byteSize() / type.blockBytes() * type.blockElements();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GgufTensor that
        && name.equals(that.name)
        && type == that.type
        && Arrays.equals(shape, that.shape)
        && offset == that.offset;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, type, Arrays.hashCode(shape), offset);
  }

  @Override
  public String toString() {
    return "'" + Shortened.text(name) + "' (" + type + " " + Arrays.toString(shape) + ")";
  }
}
