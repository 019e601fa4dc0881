package org.tune4j.engine.gguf;

import java.nio.FloatBuffer;
import java.util.Objects;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.TensorSource;

/**
 * One tensor on its way into a file.
 *
 * @param name its name in the file, of at most 63 bytes, which is what llama.cpp reads
 * @param type of the stored elements
 * @param shape dimensions, row-major, at most four; empty for a scalar
 * @param source where its stored bytes come from, whole blocks at a time
 */
public record GgufTensorToWrite(String name, GgufType type, long[] shape, TensorSource source) {

  /** Gives the elements of one tensor piece by piece. */
  @FunctionalInterface
  public interface Numbers {
    /**
     * Fills {@code dst} up to its limit with elements, row-major.
     *
     * @param first first element wanted, counted from the tensor's start; calls come in rising
     *     order without gaps
     */
    void read(long first, FloatBuffer dst);
  }

  public GgufTensorToWrite {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(source, "source");
    shape = shape.clone();
    int nameBytes = HeaderOutput.utf8(name).length;
    if (nameBytes < 1 || nameBytes > 63) {
      throw new ConfigException(
          "tensor '" + name + "': found a name of " + nameBytes + " bytes, wanted 1 to 63");
    }
    if (shape.length > HeaderReader.MOST_DIMENSIONS) {
      throw new ConfigException(
          "tensor '" + name + "': found " + shape.length + " dimensions, wanted at most 4");
    }
    try {
      type.byteSize(shape);
    } catch (ConfigException e) {
      throw new ConfigException("tensor '" + name + "': " + e.getMessage(), e);
    }
  }

  /**
   * A tensor that is encoded while it is written.
   *
   * @throws ConfigException if the type is not written; while writing, if a number does not fit it:
   *     F16 and the quantised types, whose scales are halves, end at 65504
   */
  public static GgufTensorToWrite encoded(
      String name, GgufType type, long[] shape, Numbers numbers) {
    if (!type.isWritten()) {
      throw new ConfigException(
          "tensor '" + name + "': type " + type + " is read, but not written; choose another");
    }
    return new GgufTensorToWrite(name, type, shape, new EncodedSource(name, type, numbers));
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Number of bytes the tensor takes in the file. */
  public long byteSize() {
    return type.byteSize(shape);
  }
}
