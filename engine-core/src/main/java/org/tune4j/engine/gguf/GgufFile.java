package org.tune4j.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.UnchangingFile;

/**
 * An open GGUF file of version 2 or 3, little-endian: its metadata, and its tensors by positional
 * reads, as they are stored or as numbers.
 *
 * <p>The header is checked when the file is opened, and no tensor is read. Opening takes at most
 * ten times the header's size in memory (plus 1 MiB). The file is never mapped, so one that is cut
 * while it is open gives an exception and not a dead JVM. Values are not looked at: NaN and
 * infinity pass.
 *
 * <p>Several threads may read at the same time.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format</a>
 */
public final class GgufFile implements AutoCloseable {
  private final UnchangingFile file;
  private final GgufHeader header;

  private GgufFile(UnchangingFile file) {
    this.file = file;
    this.header = HeaderReader.read(file);
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws ModelFormatException if there is no such file, it is not a valid GGUF file, or it has a
   *     tensor of a type that is not read
   * @throws StorageException if the file cannot be read
   */
  public static GgufFile open(Path path) {
    UnchangingFile file = UnchangingFile.open(path, ".gguf");
    try {
      return new GgufFile(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  public Path path() {
    return file.path();
  }

  /** 2 or 3. */
  public int version() {
    return header.version();
  }

  /** What the file says beside its tensors. */
  public GgufMetadata metadata() {
    return header.metadata();
  }

  /** All tensors by name, in the order of the header. */
  public Map<String, GgufTensor> tensors() {
    return header.tensors();
  }

  /**
   * A tensor by its name.
   *
   * @throws ModelFormatException if there is none
   */
  public GgufTensor tensor(String name) {
    GgufTensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new ModelFormatException(path() + ": there is no tensor '" + name + "' in this file");
    }
    return tensor;
  }

  /**
   * Fills {@code dst} up to its limit with bytes of a tensor, as they are stored.
   *
   * @param name the tensor
   * @param offset first byte wanted, counted from the tensor's start
   * @throws ModelFormatException if there is no such tensor, or the file changed its length since
   *     it was opened
   * @throws ConfigException if the tensor does not have that many bytes
   */
  public void read(String name, long offset, ByteBuffer dst) {
    GgufTensor tensor = tensor(name);
    if (offset < 0 || offset > tensor.byteSize() - dst.remaining()) {
      throw new ConfigException(
          "%s: tensor %s has %d bytes, asked for %d from byte %d"
              .formatted(path(), tensor, tensor.byteSize(), dst.remaining(), offset));
    }
    file.read(dst, header.dataStart() + tensor.offset() + offset, "tensor '" + tensor.name() + "'");
  }

  /**
   * Fills {@code dst} up to its limit with elements of a tensor as numbers of 32 bits, row-major,
   * whatever the tensor's type. Takes 2 MiB for it at most.
   *
   * @param name the tensor
   * @param first first element wanted, counted from the tensor's start; with the number wanted it
   *     must give whole blocks of the type
   * @throws ModelFormatException if there is no such tensor, or the file changed its length since
   *     it was opened
   * @throws ConfigException if the tensor does not have those elements, or they are not whole
   *     blocks
   */
  public void decode(String name, long first, FloatBuffer dst) {
    GgufTensor tensor = tensor(name);
    GgufType type = tensor.type();
    int count = dst.remaining();
    if (first < 0
        || first > tensor.elements() - count
        || first % type.blockElements() != 0
        || count % type.blockElements() != 0) {
      throw new ConfigException(
          "%s: tensor %s has %d elements in blocks of %d, asked for %d from element %d"
              .formatted(path(), tensor, tensor.elements(), type.blockElements(), count, first));
    }
    Chunk chunk = new Chunk(type, count);
    long offset = first / type.blockElements() * type.blockBytes();
    while (dst.hasRemaining()) {
      int blocks = Math.min(chunk.blocks(), dst.remaining() / type.blockElements());
      read(name, offset, ByteBuffer.wrap(chunk.bytes(), 0, blocks * type.blockBytes()));
      type.decoder().decode(chunk.bytes(), chunk.numbers(), blocks);
      dst.put(chunk.numbers(), 0, blocks * type.blockElements());
      offset += (long) blocks * type.blockBytes();
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
