package org.tune4j.engine.data.source;

/** Bytes in memory. */
record MemoryBytes(byte[] bytes) implements ByteStore {
  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void read(long start, byte[] into, int length) {
    System.arraycopy(bytes, (int) start, into, 0, length);
  }

  @Override
  public void close() {
    // The garbage collector does it.
  }
}
