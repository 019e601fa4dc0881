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

  /** Whether two tensors of a file have the same element type and the same bytes. */
  static boolean sameBytes(TensorFile file, String a, String b) {
    TensorInfo first = file.tensors().get(a);
    TensorInfo second = file.tensors().get(b);
    if (first.dtype() != second.dtype() || first.byteSize() != second.byteSize()) {
      return false;
    }
    int most = 1 << 20;
    for (long offset = 0; offset < first.byteSize(); offset += most) {
      int bytes = (int) Math.min(most, first.byteSize() - offset);
      ByteBuffer x = ByteBuffer.allocate(bytes);
      ByteBuffer y = ByteBuffer.allocate(bytes);
      file.read(a, offset, x);
      file.read(b, offset, y);
      if (!x.flip().equals(y.flip())) {
        return false;
      }
    }
    return true;
  }
}
