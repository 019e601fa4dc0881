package org.tune4j.engine.data.source;

/** Bytes that can be read anywhere, from several threads. */
interface ByteStore extends AutoCloseable {
  /** How many there are. */
  long size();

  /** Reads some of them into the beginning of an array; all must be there. */
  void read(long start, byte[] into, int length);

  /** Some of them. */
  default byte[] read(long start, int length) {
    byte[] bytes = new byte[length];
    read(start, bytes, length);
    return bytes;
  }

  @Override
  void close();
}
