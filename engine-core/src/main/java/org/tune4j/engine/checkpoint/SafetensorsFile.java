package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;

/**
 * An open safetensors file: its header, and its tensors by positional reads.
 *
 * <p>The header is checked when the file is opened, with the verdicts of the reference reader
 * (safetensors 0.8.0): whatever that one refuses is refused here. Opening takes at most four times
 * the header's size in memory (plus 1 MiB) and reads no tensor. The file is never mapped, so one
 * that is cut while it is open gives an exception and not a dead JVM. Values are not looked at: NaN
 * and infinity pass.
 *
 * <p>Several threads may read at the same time.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final int PREFIX = 8;
  private static final long MAX_HEADER = 100_000_000;

  private final Path path;
  private final FileChannel channel;
  private final long length;
  private final long dataStart;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.length = channel.size();
    int headerLength = headerLength();
    this.dataStart = PREFIX + headerLength;
    HeaderParser parser = new HeaderParser(new HeaderBytes(channel, path, PREFIX, headerLength));
    parser.parse();
    this.header =
        SafetensorsHeader.checked(path, parser.tensors(), parser.metadata(), length - dataStart);
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws ModelFormatException if there is no such file, or it is not a valid safetensors file
   * @throws StorageException if the file cannot be read
   */
  public static SafetensorsFile open(Path path) {
    Pickles.refuse(path);
    if (!Files.isRegularFile(path)) {
      throw new ModelFormatException(
          path
              + (Files.exists(path) ? " is not a file" : ": no such file")
              + "; expected a .safetensors file");
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return new SafetensorsFile(path, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private int headerLength() throws IOException {
    if (length < PREFIX) {
      throw new ModelFormatException(
          path + ": " + length + " bytes are too few for a safetensors file; it is cut or empty");
    }
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
    readFully(prefix, 0);
    long headerLength = prefix.getLong(0);
    if (headerLength < 0 || headerLength > MAX_HEADER || headerLength > length - PREFIX) {
      throw new ModelFormatException(
          path
              + ": the first 8 bytes give a header of "
              + Long.toUnsignedString(headerLength)
              + " bytes, but it must fit the file ("
              + length
              + " bytes) and stay below "
              + MAX_HEADER
              + "; "
              + Pickles.explain(prefix));
    }
    return (int) headerLength;
  }

  public Path path() {
    return path;
  }

  /** All tensors by name, in the order of their data in the file. */
  public Map<String, TensorInfo> tensors() {
    return header.tensors();
  }

  /** The header's {@code __metadata__}; empty when the file has none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * Fills {@code dst} up to its limit with bytes of a tensor, little-endian as they are stored.
   *
   * @param name the tensor
   * @param offset first byte wanted, counted from the tensor's start
   * @throws ModelFormatException if there is no such tensor, or the file changed its length since
   *     it was opened
   * @throws ConfigException if the tensor does not have that many bytes
   */
  public void read(String name, long offset, ByteBuffer dst) {
    TensorInfo tensor = tensors().get(name);
    if (tensor == null) {
      throw new ModelFormatException(path + ": there is no tensor '" + name + "' in this file");
    }
    if (offset < 0 || offset > tensor.byteSize() - dst.remaining()) {
      throw new ConfigException(
          path
              + ": tensor '"
              + name
              + "' has "
              + tensor.byteSize()
              + " bytes, asked for "
              + dst.remaining()
              + " from byte "
              + offset);
    }
    try {
      readFully(dst, dataStart + tensor.begin() + offset);
    } catch (ClosedByInterruptException e) {
      throw new StorageException(
          path + ": tensor '" + name + "': the reading thread was interrupted; open it again", e);
    } catch (ClosedChannelException e) {
      throw new StorageException(
          path + ": tensor '" + name + "' was read after the file was closed", e);
    } catch (IOException e) {
      throw new StorageException(
          path + ": tensor '" + name + "' cannot be read: " + e.getMessage(), e);
    }
  }

  private void readFully(ByteBuffer dst, long position) throws IOException {
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
