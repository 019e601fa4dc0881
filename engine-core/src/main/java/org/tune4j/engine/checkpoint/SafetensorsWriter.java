package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.StorageException;

/**
 * Writes safetensors files that are byte for byte what the reference writer (safetensors 0.8.0,
 * {@code safetensors.torch.save_file}) makes of the same tensors and metadata: tensors by
 * descending dtype and then by name, metadata sorted, header padded to 8 bytes.
 *
 * <p>The file appears under its name only when it is complete and forced to the disk; until then it
 * has a temporary name beside the target, which is deleted when something fails. What was written
 * is read back and compared first.
 */
public final class SafetensorsWriter {
  private static final int CHUNK = 1 << 22;
  private static final int MAX_HEADER = 100_000_000;
  private static final Comparator<TensorToWrite> FILE_ORDER =
      Comparator.comparing(TensorToWrite::dtype)
          .reversed()
          .thenComparing(TensorToWrite::name, SafetensorsWriter::compareUtf8);

  private SafetensorsWriter() {}

  /**
   * Writes a file, replacing one that is there.
   *
   * @param target the file
   * @param metadata strings for the header, such as {@code format=pt}; may be empty
   * @param tensors in any order
   * @throws ConfigException if two tensors have one name, or the header would exceed 100 MB
   * @throws StorageException if the file cannot be written; the target is then as it was
   */
  public static void write(
      Path target, Map<String, String> metadata, Collection<TensorToWrite> tensors) {
    AtomicFile.write(target, content(target, metadata, tensors));
  }

  /** The bytes of a file. */
  static AtomicFile.Content content(
      Path target, Map<String, String> metadata, Collection<TensorToWrite> tensors) {
    List<TensorToWrite> ordered = tensors.stream().sorted(FILE_ORDER).toList();
    byte[] header = HeaderText.of(metadata, ordered).getBytes(StandardCharsets.UTF_8);
    if (header.length > MAX_HEADER) {
      throw new ConfigException(
          target + ": a header of " + header.length + " bytes; the format allows " + MAX_HEADER);
    }
    return channel -> writeAll(channel, header, ordered);
  }

  private static void writeAll(
      WritableByteChannel channel, byte[] header, List<TensorToWrite> tensors) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    channel.write(head.putLong(header.length).put(header).flip());
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (TensorToWrite tensor : tensors) {
      long size = tensor.byteSize();
      for (long offset = 0; offset < size; offset += CHUNK) {
        chunk.clear().limit((int) Math.min(CHUNK, size - offset));
        tensor.source().read(offset, chunk);
        if (chunk.hasRemaining()) {
          throw new EngineBugException(
              "tensor '" + tensor.name() + "': the source left " + chunk.remaining() + " bytes");
        }
        channel.write(chunk.flip());
      }
    }
  }

  /** Order of the UTF-8 bytes, which is that of code points and not that of chars. */
  private static int compareUtf8(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length()) {
      int order = Integer.compare(a.codePointAt(i), b.codePointAt(i));
      if (order != 0) {
        return order;
      }
      i += Character.charCount(a.codePointAt(i));
    }
    return Integer.compare(a.length(), b.length());
  }
}
