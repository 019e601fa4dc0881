package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;

/**
 * An open file that is read by position and must keep its length. It is never mapped, so one that
 * is cut while it is open gives an exception and not a dead JVM.
 *
 * <p>Several threads may read at the same time.
 */
public final class UnchangingFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long length;

  private UnchangingFile(Path path, FileChannel channel, long length) {
    this.path = path;
    this.channel = channel;
    this.length = length;
  }

  /**
   * Opens a file.
   *
   * @param expected what it should be, for errors: {@code .safetensors}
   * @throws ModelFormatException if there is no such file
   * @throws StorageException if it cannot be opened
   */
  public static UnchangingFile open(Path path, String expected) {
    if (!Files.isRegularFile(path)) {
      throw new ModelFormatException(
          path
              + (Files.exists(path) ? " is not a file" : ": no such file")
              + "; expected a "
              + expected
              + " file");
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return new UnchangingFile(path, channel, channel.size());
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  public Path path() {
    return path;
  }

  /** Number of bytes it had when it was opened. */
  public long length() {
    return length;
  }

  /**
   * Fills a buffer up to its limit.
   *
   * @param position of the first byte
   * @param what lies there, for errors
   * @throws ModelFormatException if the file changed its length since it was opened
   * @throws StorageException if it cannot be read
   */
  public void read(ByteBuffer dst, long position, String what) {
    try {
      long now = channel.size();
      if (now != length) {
        throw changed(now);
      }
      while (dst.hasRemaining()) {
        int got = channel.read(dst, position);
        if (got < 0) {
          throw changed(channel.size());
        }
        position += got;
      }
    } catch (ClosedByInterruptException e) {
      throw new StorageException(
          path + ": " + what + ": the reading thread was interrupted; open it again", e);
    } catch (ClosedChannelException e) {
      throw new StorageException(path + ": " + what + " was read after the file was closed", e);
    } catch (IOException e) {
      throw new StorageException(path + ": " + what + " cannot be read: " + e.getMessage(), e);
    }
  }

  private ModelFormatException changed(long now) {
    return new ModelFormatException(
        path
            + ": the file had "
            + length
            + " bytes when it was opened and has "
            + now
            + " now; something writes to it, open it again when that is over");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be closed: " + e.getMessage(), e);
    }
  }
}
