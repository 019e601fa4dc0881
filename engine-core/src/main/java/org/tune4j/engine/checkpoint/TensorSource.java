package org.tune4j.engine.checkpoint;

import java.nio.ByteBuffer;

/** Gives the bytes of one tensor piece by piece, so that it may be larger than a buffer can be. */
@FunctionalInterface
public interface TensorSource {
  /**
   * Fills {@code dst} up to its limit with the tensor's bytes, little-endian and row-major.
   *
   * @param offset first byte wanted, counted from the tensor's start; calls come in rising order
   *     without gaps
   */
  void read(long offset, ByteBuffer dst);
}
