package org.tune4j.testdata;

import java.util.List;
import java.util.Map;

/**
 * Writes JSON: maps (in their own order), lists, strings, numbers, booleans and null. Characters
 * beyond ASCII stay as they are.
 */
final class Json {
  private final StringBuilder out = new StringBuilder();
  private final boolean pretty;

  private Json(boolean pretty) {
    this.pretty = pretty;
  }

  /** In one line, with a space after colon and comma, as Python's {@code json.dumps} writes it. */
  static String line(Map<String, ?> object) {
    Json json = new Json(false);
    json.value(object, 0);
    return json.out.toString();
  }

  /** Indented by two spaces and ended by a line break; a list without maps or lists is one line. */
  static String pretty(Map<String, ?> object) {
    Json json = new Json(true);
    json.value(object, 0);
    return json.out.append('\n').toString();
  }

  private void value(Object value, int depth) {
    if (value instanceof Map<?, ?> map) {
      object(map, depth);
    } else if (value instanceof List<?> list) {
      array(list, depth);
    } else if (value instanceof String text) {
      string(text);
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      throw new IllegalArgumentException("JSON has no form for a " + value.getClass().getName());
    }
  }

  private void object(Map<?, ?> map, int depth) {
    boolean lines = pretty && !map.isEmpty();
    String separator = "";
    out.append('{');
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      if (lines) {
        newLine(depth + 1);
      }
      string((String) entry.getKey());
      out.append(": ");
      value(entry.getValue(), depth + 1);
      separator = lines ? "," : ", ";
    }
    if (lines) {
      newLine(depth);
    }
    out.append('}');
  }

  private void array(List<?> list, int depth) {
    boolean lines =
        pretty && list.stream().anyMatch(item -> item instanceof Map || item instanceof List);
    String separator = "";
    out.append('[');
    for (Object item : list) {
      out.append(separator);
      if (lines) {
        newLine(depth + 1);
      }
      value(item, depth + 1);
      separator = lines ? "," : ", ";
    }
    if (lines) {
      newLine(depth);
    }
    out.append(']');
  }

  private void newLine(int depth) {
    out.append('\n').append("  ".repeat(depth));
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
