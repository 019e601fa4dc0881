package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/**
 * Writes a file from its start and keeps the checksum of what was handed over, so that the file can
 * be compared with it later, when the source of the bytes has moved on.
 */
final class ChecksummedChannel implements WritableByteChannel {
  private final FileChannel channel;
  private final CRC32C checksum = new CRC32C();
  private long length;

  ChecksummedChannel(FileChannel channel) {
    this.channel = channel;
  }

  /** Writes all of it. */
  @Override
  public int write(ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    checksum.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    length += count;
    return count;
  }

  /** What was written so far. */
  Written written() {
    return new Written(length, checksum.getValue());
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
