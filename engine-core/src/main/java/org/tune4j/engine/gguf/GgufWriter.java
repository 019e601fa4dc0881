package org.tune4j.engine.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;

/**
 * Writes GGUF files of version 3, little-endian, that are byte for byte what the reference writer
 * ({@code gguf} 0.19 of Python) makes of the same metadata and tensors: both in the order given,
 * and each tensor padded to the alignment, which is 32 unless {@code general.alignment} says
 * otherwise.
 *
 * <p>Tensors are asked for at most 1 MiB at a time.
 */
public final class GgufWriter {
  private static final int VERSION = 3;
  private static final int CHUNK = 1 << 20;

  private final WritableByteChannel channel;
  private final List<GgufTensorToWrite> tensors;
  private final Alignment alignment;

  private GgufWriter(
      WritableByteChannel channel, List<GgufTensorToWrite> tensors, Alignment alignment) {
    this.channel = channel;
    this.tensors = tensors;
    this.alignment = alignment;
  }

  /**
   * Writes a file, replacing one that is there. It appears under its name only when it is complete,
   * read back and forced to the disk.
   *
   * @param target the file
   * @param metadata in the order of the file
   * @param tensors in the order of the file
   * @throws ConfigException if two tensors have one name, or a key, a text or a number cannot be
   *     written
   * @throws StorageException if the file cannot be written; the target is then as it was
   */
  public static void write(
      Path target, Map<String, GgufValue> metadata, List<GgufTensorToWrite> tensors) {
    AtomicFile.write(target, content(target, metadata, tensors));
  }

  /**
   * The bytes of a file, for a folder that is written as a whole.
   *
   * @param file its name, for errors
   * @throws ConfigException as {@link #write} does
   */
  public static AtomicFile.Content content(
      Path file, Map<String, GgufValue> metadata, List<GgufTensorToWrite> tensors) {
    Alignment alignment =
        Alignment.of(metadata, problem -> new ConfigException(file + ": " + problem));
    checkKeys(file, metadata.keySet());
    checkNames(file, tensors);
    Map<String, GgufValue> values = new LinkedHashMap<>(metadata);
    List<GgufTensorToWrite> ordered = List.copyOf(tensors);
    return channel -> {
      GgufWriter writer = new GgufWriter(channel, ordered, alignment);
      writer.writeHeader(file, values);
      writer.writeTensors();
    };
  }

  private static void checkKeys(Path file, Set<String> keys) {
    for (String key : keys) {
      int bytes = HeaderOutput.utf8(key).length;
      if (bytes < 1 || bytes > HeaderReader.MOST_KEY_BYTES) {
        throw new ConfigException(
            file
                + ": found a key of metadata of "
                + bytes
                + " bytes, wanted 1 to "
                + HeaderReader.MOST_KEY_BYTES);
      }
    }
    if (keys.size() > HeaderReader.MOST_KEYS) {
      throw new ConfigException(
          file + ": found " + keys.size() + " keys, wanted at most " + HeaderReader.MOST_KEYS);
    }
  }

  private static void checkNames(Path file, List<GgufTensorToWrite> tensors) {
    Set<String> seen = new HashSet<>();
    for (GgufTensorToWrite tensor : tensors) {
      if (!seen.add(tensor.name())) {
        throw new ConfigException(file + ": two tensors are named '" + tensor.name() + "'");
      }
    }
  }

  private void writeHeader(Path file, Map<String, GgufValue> metadata) throws IOException {
    HeaderOutput out = new HeaderOutput(channel);
    ValueOutput values = new ValueOutput(out);
    out.int32(HeaderReader.MAGIC);
    out.int32(VERSION);
    out.int64(tensors.size());
    out.int64(metadata.size());
    for (Map.Entry<String, GgufValue> entry : metadata.entrySet()) {
      out.text(entry.getKey());
      values.write(entry.getValue());
    }
    long offset = 0;
    for (GgufTensorToWrite tensor : tensors) {
      writeEntry(out, tensor, offset);
      offset = Math.addExact(offset, alignment.up(tensor.byteSize()));
    }
    if (out.position() > HeaderCursor.MOST_BYTES) {
      throw new ConfigException(
          "%s: found a header of %d bytes, wanted at most %d"
              .formatted(file, out.position(), HeaderCursor.MOST_BYTES));
    }
    out.padTo(alignment.up(out.position()));
    out.flush();
  }

  private static void writeEntry(HeaderOutput out, GgufTensorToWrite tensor, long offset)
      throws IOException {
    long[] shape = tensor.shape();
    out.text(tensor.name());
    out.int32(shape.length);
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      out.int64(shape[axis]);
    }
    out.int32(tensor.type().number());
    out.int64(offset);
  }

  private void writeTensors() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (GgufTensorToWrite tensor : tensors) {
      long size = tensor.byteSize();
      int wholeBlocks = CHUNK - CHUNK % tensor.type().blockBytes();
      for (long offset = 0; offset < size; offset += wholeBlocks) {
        buffer.clear().limit((int) Math.min(wholeBlocks, size - offset));
        tensor.source().read(offset, buffer);
        if (buffer.hasRemaining()) {
          throw new EngineBugException(
              "tensor '" + tensor.name() + "': the source left " + buffer.remaining() + " bytes");
        }
        channel.write(buffer.flip());
      }
      pad(buffer, alignment.up(size) - size);
    }
  }

  private void pad(ByteBuffer buffer, long zeros) throws IOException {
    for (long left = zeros; left > 0; left -= buffer.limit()) {
      buffer.clear().limit((int) Math.min(CHUNK, left));
      while (buffer.hasRemaining()) {
        buffer.put((byte) 0);
      }
      channel.write(buffer.flip());
    }
  }
}
