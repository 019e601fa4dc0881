package org.tune4j.engine.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tune4j.engine.Shortened;

/**
 * The grammar of a safetensors header, as the reference reader (safetensors 0.8.0) accepts it: of
 * two members of one name the last one counts, tensor entries may have further members, and an
 * entry may be written as an array of its three values.
 *
 * <p>Two things are refused that the reference takes, both to bound memory: a tensor of more than
 * {@value #MAX_RANK} dimensions, and a header whose entries are so short that they would need more
 * than four times the header's own size (and more than 1 MiB) in memory.
 */
final class HeaderParser {
  private static final int MAX_RANK = 1 << 16;
  private static final long FREE_BYTES = 1 << 20;
  private static final int BYTES_PER_TENSOR = 200;
  private static final int BYTES_PER_METADATA_ENTRY = 150;

  private final JsonCursor json;
  private final long heapLimit;
  private long heapUsed;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private long[] dimensions = new long[8];

  HeaderParser(HeaderBytes bytes) {
    this.json = new JsonCursor(bytes);
    this.heapLimit = FREE_BYTES + 4L * bytes.length();
  }

  void parse() {
    boolean metadataSeen = false;
    json.openObject();
    String name = json.nextName(true);
    while (name != null) {
      if (!name.equals("__metadata__")) {
        readTensor(name);
      } else if (metadataSeen) {
        throw json.fault("__metadata__ is there twice");
      } else {
        metadataSeen = true;
        readMetadata();
      }
      name = json.nextName(false);
    }
    json.expectEnd();
  }

  /** The tensors by name, in the order of the header. */
  Map<String, TensorInfo> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void readMetadata() {
    if (json.peekToken() == 'n') {
      json.nullValue();
      return;
    }
    json.openObject();
    String key = json.nextName(true);
    while (key != null) {
      String value = json.string("a metadata value");
      charge(BYTES_PER_METADATA_ENTRY + (long) key.length() + value.length());
      metadata.put(key, value);
      key = json.nextName(false);
    }
  }

  private void readTensor(String name) {
    EntryFields fields = json.peekToken() == '[' ? entryAsArray() : entryAsObject(name);
    charge(BYTES_PER_TENSOR + 8L * fields.shape.length + name.length());
    tensors.put(name, new TensorInfo(name, fields.dtype, fields.shape, fields.begin, fields.end));
  }

  private EntryFields entryAsObject(String name) {
    EntryFields fields = new EntryFields();
    json.openObject();
    String key = json.nextName(true);
    while (key != null) {
      switch (key) {
        case "dtype" -> {
          once(fields.dtype == null, name, key);
          fields.dtype = dtype();
        }
        case "shape" -> {
          once(fields.shape == null, name, key);
          fields.shape = shape();
        }
        case "data_offsets" -> {
          once(!fields.offsetsSeen, name, key);
          offsets(fields);
        }
        default -> json.skipValue();
      }
      key = json.nextName(false);
    }
    if (fields.dtype == null || fields.shape == null || !fields.offsetsSeen) {
      throw json.fault(
          "tensor '" + Shortened.text(name) + "' lacks one of dtype, shape and data_offsets");
    }
    return fields;
  }

  private EntryFields entryAsArray() {
    EntryFields fields = new EntryFields();
    json.openArray();
    needElement(json.nextElement(true));
    fields.dtype = dtype();
    needElement(json.nextElement(false));
    fields.shape = shape();
    needElement(json.nextElement(false));
    offsets(fields);
    if (json.nextElement(false)) {
      throw json.fault("a tensor entry written as an array has more than three values");
    }
    return fields;
  }

  private void once(boolean first, String name, String field) {
    if (!first) {
      throw json.fault("tensor '" + Shortened.text(name) + "' has " + field + " twice");
    }
  }

  /** A name, or the reference reader's other spelling of an enum value: {"F32": null}. */
  private StoredType dtype() {
    if (json.peekToken() != '{') {
      return typeNamed(json.string("a dtype"));
    }
    json.openObject();
    String name = json.nextName(true);
    if (name == null) {
      throw json.fault("a dtype is empty");
    }
    json.nullValue();
    if (json.nextName(false) != null) {
      throw json.fault("a dtype has two values");
    }
    return typeNamed(name);
  }

  private StoredType typeNamed(String name) {
    StoredType type = StoredType.named(name).orElse(null);
    if (type == null) {
      throw json.fault(
          "unknown dtype '"
              + Shortened.text(name)
              + "', known are "
              + Arrays.toString(StoredType.values()));
    }
    return type;
  }

  private long[] shape() {
    int rank = 0;
    json.openArray();
    for (boolean first = true; json.nextElement(first); first = false) {
      if (rank == MAX_RANK) {
        throw json.fault("a tensor has more than " + MAX_RANK + " dimensions");
      }
      if (rank == dimensions.length) {
        dimensions = Arrays.copyOf(dimensions, rank * 2);
      }
      dimensions[rank++] = json.unsignedLong();
    }
    return Arrays.copyOf(dimensions, rank);
  }

  private void offsets(EntryFields fields) {
    json.openArray();
    needElement(json.nextElement(true));
    fields.begin = json.unsignedLong();
    needElement(json.nextElement(false));
    fields.end = json.unsignedLong();
    if (json.nextElement(false)) {
      throw json.fault("data_offsets has more than two numbers");
    }
    fields.offsetsSeen = true;
  }

  private void needElement(boolean there) {
    if (!there) {
      throw json.fault("an array has too few values");
    }
  }

  private void charge(long bytes) {
    heapUsed += bytes;
    if (heapUsed > heapLimit) {
      throw json.fault(
          "its entries would take more than four times the header's size in memory: not a"
              + " checkpoint but an attack on the reader's memory");
    }
  }

  /** The members of one tensor entry while they are collected. */
  private static final class EntryFields {
    private StoredType dtype;
    private long[] shape;
    private boolean offsetsSeen;
    private long begin;
    private long end;
  }
}
