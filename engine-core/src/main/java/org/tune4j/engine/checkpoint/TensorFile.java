package org.tune4j.engine.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/** Tensors by name, as a file has them or as what a file has is read. */
public interface TensorFile {
  /** What errors name. */
  Path path();

  /** All tensors by name. */
  Map<String, TensorInfo> tensors();

  /**
   * Fills {@code dst} up to its limit with bytes of a tensor, little-endian and row-major.
   *
   * @param name the tensor
   * @param offset first byte wanted, counted from the tensor's start
   */
  void read(String name, long offset, ByteBuffer dst);
}
