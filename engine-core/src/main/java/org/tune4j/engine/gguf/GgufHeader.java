package org.tune4j.engine.gguf;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import org.tune4j.engine.ModelFormatException;

/**
 * A header whose tensors lie inside the file, aligned, and not over each other.
 *
 * @param dataStart byte of the file that offsets of tensors count from
 */
record GgufHeader(
    int version, GgufMetadata metadata, Map<String, GgufTensor> tensors, long dataStart) {

  static GgufHeader checked(
      Path file,
      int version,
      Map<String, GgufValue> metadata,
      Map<String, GgufTensor> tensors,
      long headerLength,
      long fileLength) {
    Alignment alignment =
        Alignment.of(metadata, problem -> new ModelFormatException(file + ": " + problem));
    long dataStart = alignment.up(headerLength);
    GgufTensor[] ordered = tensors.values().toArray(GgufTensor[]::new);
    Arrays.sort(ordered, Comparator.comparingLong(GgufTensor::offset));
    long taken = 0;
    for (GgufTensor tensor : ordered) {
      checkPlace(file, tensor, alignment, taken, fileLength - dataStart);
      taken = tensor.offset() + tensor.byteSize();
    }
    return new GgufHeader(
        version,
        new GgufMetadata(file, Collections.unmodifiableMap(metadata)),
        Collections.unmodifiableMap(tensors),
        dataStart);
  }

  private static void checkPlace(
      Path file, GgufTensor tensor, Alignment alignment, long taken, long dataLength) {
    long offset = tensor.offset();
    if (offset < 0 || offset > dataLength - tensor.byteSize()) {
      throw fault(
          file,
          tensor,
          "but "
              + Math.max(0, dataLength)
              + " bytes follow the header; the file is cut or damaged");
    }
    if (alignment.up(offset) != offset) {
      throw fault(file, tensor, "which is not aligned to " + alignment.bytes());
    }
    if (offset < taken) {
      throw fault(file, tensor, "but the tensor before it ends at " + taken);
    }
  }

  private static ModelFormatException fault(Path file, GgufTensor tensor, String problem) {
    return new ModelFormatException(
        file
            + ": tensor "
            + tensor
            + " has "
            + tensor.byteSize()
            + " bytes from offset "
            + Long.toUnsignedString(tensor.offset())
            + " on, "
            + problem
            + "; get the file again from its source");
  }
}
