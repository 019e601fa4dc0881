package org.tune4j.engine.objective;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.TensorSource;

/**
 * Bytes of a tensor whose size shows at the end, in a file that is gone when this is closed; on
 * most systems it has no name from the start, and is gone however the process ends.
 */
final class NumberSpool implements AutoCloseable {
  private final Path target;
  private final FileChannel channel;

  private NumberSpool(Path target, FileChannel channel) {
    this.target = target;
    this.channel = channel;
  }

  /**
   * An empty spool on the disk of the file that will hold the tensor.
   *
   * @throws StorageException if it cannot be made there
   */
  static NumberSpool beside(Path target) {
    Path path = target.resolveSibling("." + target.getFileName() + ".spool-" + UUID.randomUUID());
    try {
      return new NumberSpool(
          target,
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE));
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  private static StorageException failed(Path target, IOException e) {
    return new StorageException(target + ": cannot be written: " + e, e);
  }

  void append(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  /** All that was appended; needs this to stay open. */
  TensorSource source() {
    return (offset, into) -> {
      try {
        for (long at = offset; into.hasRemaining(); ) {
          int count = channel.read(into, at);
          if (count < 0) {
            throw new EOFException("the spool ends at " + at);
          }
          at += count;
        }
      } catch (IOException e) {
        throw failed(target, e);
      }
    };
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(target, e);
    }
  }
}
