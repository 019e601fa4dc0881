package org.tune4j.engine.gguf;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.UnchangingFile;

/** Reads the header of a GGUF file of version 2 or 3: the two differ in their number alone. */
final class HeaderReader {
  static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;
  private static final int FIXED_BYTES = 24;
  private static final Set<Integer> VERSIONS = Set.of(2, 3);
  private static final int LEAST_BYTES_PER_KEY = 14;
  private static final int LEAST_BYTES_PER_TENSOR = 25;
  static final int MOST_KEYS = 10_000;
  static final int MOST_KEY_BYTES = 65_535;
  private static final int MOST_NAME_BYTES = 255;
  static final int MOST_DIMENSIONS = 4;

  private final UnchangingFile file;
  private final HeaderCursor cursor;
  private final ValueReader values;

  private HeaderReader(UnchangingFile file) {
    this.file = file;
    this.cursor = new HeaderCursor(file);
    this.values = new ValueReader(cursor);
  }

  static GgufHeader read(UnchangingFile file) {
    return new HeaderReader(file).header();
  }

  private GgufHeader header() {
    int version = version();
    int tensorCount = cursor.count(LEAST_BYTES_PER_TENSOR, Integer.MAX_VALUE, "tensors");
    int keyCount = cursor.count(LEAST_BYTES_PER_KEY, MOST_KEYS, "keys of metadata");
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    for (int i = 0; i < keyCount; i++) {
      readEntry(metadata);
    }
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < tensorCount; i++) {
      readTensor(tensors);
    }
    return GgufHeader.checked(
        file.path(), version, metadata, tensors, cursor.position(), file.length());
  }

  private int version() {
    if (file.length() < FIXED_BYTES) {
      throw new ModelFormatException(
          file.path()
              + ": "
              + file.length()
              + " bytes are too few for a GGUF file; it is cut or empty");
    }
    int magic = cursor.int32();
    if (magic != MAGIC) {
      throw new ModelFormatException(
          file.path()
              + ": found the first bytes %08x, wanted 47475546 (GGUF)"
                  .formatted(Integer.reverseBytes(magic))
              + "; it is another format, or an error page or a pointer of git-lfs instead of the"
              + " file itself");
    }
    int version = cursor.int32();
    if (VERSIONS.contains(Integer.reverseBytes(version))) {
      throw new ModelFormatException(
          file.path()
              + ": found a GGUF file for big-endian machines, wanted a little-endian one; get that"
              + " one, or convert it");
    }
    if (!VERSIONS.contains(version)) {
      throw new ModelFormatException(
          file.path()
              + ": found GGUF version "
              + Integer.toUnsignedString(version)
              + ", wanted 2 or 3; convert the model again with a present-day tool");
    }
    return version;
  }

  private void readEntry(Map<String, GgufValue> metadata) {
    cursor.enter("metadata", null);
    String key = cursor.text(MOST_KEY_BYTES, "bytes of a key");
    cursor.enter("metadata", key);
    if (key.isEmpty()) {
      throw cursor.fault("found a key without a character");
    }
    if (metadata.put(key, values.read()) != null) {
      throw cursor.fault("found the key twice");
    }
  }

  private void readTensor(Map<String, GgufTensor> tensors) {
    cursor.enter("tensors", null);
    String name = cursor.text(MOST_NAME_BYTES, "bytes of a tensor's name");
    cursor.enter("tensor", name);
    if (name.isEmpty()) {
      throw cursor.fault("found a tensor without a name");
    }
    long[] shape = shape();
    GgufType type = type();
    if (tensors.put(name, tensor(name, type, shape, cursor.int64())) != null) {
      throw cursor.fault("found the name twice");
    }
  }

  private GgufTensor tensor(String name, GgufType type, long[] shape, long offset) {
    try {
      return new GgufTensor(name, type, shape, offset);
    } catch (ConfigException e) {
      throw cursor.fault(e.getMessage());
    }
  }

  /** The file has the innermost dimension first. */
  private long[] shape() {
    int rank = cursor.int32();
    if (rank < 0 || rank > MOST_DIMENSIONS) {
      throw cursor.fault(
          "found "
              + Integer.toUnsignedString(rank)
              + " dimensions, wanted at most "
              + MOST_DIMENSIONS);
    }
    long[] shape = new long[rank];
    for (int axis = rank - 1; axis >= 0; axis--) {
      shape[axis] = cursor.int64();
    }
    return shape;
  }

  private GgufType type() {
    int number = cursor.int32();
    return GgufType.numbered(number)
        .orElseThrow(
            () ->
                cursor.fault(
                    "found the type "
                        + GgufType.describe(number)
                        + ", which is not read as weights, wanted one of "
                        + GgufType.names()));
  }
}
