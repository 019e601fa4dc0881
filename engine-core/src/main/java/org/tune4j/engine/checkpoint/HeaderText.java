package org.tune4j.engine.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;

/** Composes the JSON of a header the way the reference writer does, padding included. */
final class HeaderText {
  private final StringBuilder json = new StringBuilder("{");

  private HeaderText() {}

  /** The header of tensors that lie one after the other in the order of the list. */
  static String of(Map<String, String> metadata, List<TensorToWrite> tensors) {
    HeaderText text = new HeaderText();
    text.metadata(metadata);
    text.tensors(tensors);
    return text.padded();
  }

  private void metadata(Map<String, String> metadata) {
    if (metadata.isEmpty()) {
      return;
    }
    string("__metadata__");
    json.append(":{");
    String comma = "";
    for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
      json.append(comma);
      string(entry.getKey());
      json.append(':');
      string(entry.getValue());
      comma = ",";
    }
    json.append('}');
  }

  private void tensors(List<TensorToWrite> tensors) {
    long offset = 0;
    TreeMap<String, StoredType> seen = new TreeMap<>();
    for (TensorToWrite tensor : tensors) {
      if (seen.put(tensor.name(), tensor.dtype()) != null) {
        throw new ConfigException("two tensors are named '" + tensor.name() + "'");
      }
      if (json.length() > 1) {
        json.append(',');
      }
      string(tensor.name());
      json.append(":{\"dtype\":\"").append(tensor.dtype()).append("\",\"shape\":[");
      String comma = "";
      for (long dimension : tensor.shape()) {
        json.append(comma).append(dimension);
        comma = ",";
      }
      long end = Math.addExact(offset, tensor.byteSize());
      json.append("],\"data_offsets\":[").append(offset).append(',').append(end).append("]}");
      offset = end;
    }
    json.append('}');
  }

  private void string(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new ConfigException("'" + text + "' cannot be a name: half of a surrogate pair");
    }
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      character(text.charAt(i));
    }
    json.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> json.append("\\\"");
      case '\\' -> json.append("\\\\");
      case '\b' -> json.append("\\b");
      case '\f' -> json.append("\\f");
      case '\n' -> json.append("\\n");
      case '\r' -> json.append("\\r");
      case '\t' -> json.append("\\t");
      default -> {
        if (c < 0x20) {
          json.append(String.format("\\u%04x", (int) c));
        } else {
          json.append(c);
        }
      }
    }
  }

  private String padded() {
    int length = json.toString().getBytes(StandardCharsets.UTF_8).length;
    return json.append(" ".repeat(-length & 7)).toString();
  }
}
