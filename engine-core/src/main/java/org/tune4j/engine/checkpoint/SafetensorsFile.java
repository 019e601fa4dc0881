package org.tune4j.engine.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
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
public final class SafetensorsFile implements TensorFile, AutoCloseable {
  private static final int PREFIX = 8;
  private static final long MAX_HEADER = 100_000_000;

  private final UnchangingFile file;
  private final long dataStart;
  private final SafetensorsHeader header;

  private SafetensorsFile(UnchangingFile file) {
    this.file = file;
    int headerLength = headerLength();
    this.dataStart = PREFIX + headerLength;
    HeaderParser parser = new HeaderParser(new HeaderBytes(file, PREFIX, headerLength));
    parser.parse();
    this.header =
        SafetensorsHeader.checked(
            path(), parser.tensors(), parser.metadata(), file.length() - dataStart);
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws ModelFormatException if there is no such file, or it is not a valid safetensors file
   * @throws StorageException if the file cannot be read
   */
  public static SafetensorsFile open(Path path) {
    Pickles.refuse(path);
    UnchangingFile file = UnchangingFile.open(path, ".safetensors");
    try {
      return new SafetensorsFile(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private int headerLength() {
    long length = file.length();
    if (length < PREFIX) {
      throw new ModelFormatException(
          path() + ": " + length + " bytes are too few for a safetensors file; it is cut or empty");
    }
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
    file.read(prefix, 0, "the header's length");
    long headerLength = prefix.getLong(0);
    if (headerLength < 0 || headerLength > MAX_HEADER || headerLength > length - PREFIX) {
      throw new ModelFormatException(
          path()
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

  @Override
  public Path path() {
    return file.path();
  }

  /** All tensors by name, in the order of their data in the file. */
  @Override
  public Map<String, TensorInfo> tensors() {
    return header.tensors();
  }

  /** The header's {@code __metadata__}; empty when the file has none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * A tensor of this type and these sizes.
   *
   * @param shape -1 is for any size
   * @throws ModelFormatException if there is none, or it is another
   */
  public TensorInfo require(String name, StoredType dtype, long... shape) {
    TensorInfo info = tensors().get(name);
    boolean fits = info != null && info.dtype() == dtype && info.rank() == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] < 0 ? info.dimension(i) >= 0 : shape[i] == info.dimension(i);
    }
    if (!fits) {
      throw new ModelFormatException(
          "%s: tensor %s: wanted %s%s, found %s"
              .formatted(
                  path(), name, dtype, Arrays.toString(shape), info == null ? "none" : info));
    }
    return info;
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
  @Override
  public void read(String name, long offset, ByteBuffer dst) {
    TensorInfo tensor = tensors().get(name);
    if (tensor == null) {
      throw new ModelFormatException(path() + ": there is no tensor '" + name + "' in this file");
    }
    if (offset < 0 || offset > tensor.byteSize() - dst.remaining()) {
      throw new ConfigException(
          path()
              + ": tensor '"
              + name
              + "' has "
              + tensor.byteSize()
              + " bytes, asked for "
              + dst.remaining()
              + " from byte "
              + offset);
    }
    file.read(dst, dataStart + tensor.begin() + offset, "tensor '" + name + "'");
  }

  @Override
  public void close() {
    file.close();
  }
}
