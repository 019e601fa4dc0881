package org.tune4j.engine.tokenize.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code tojson} filter in transformers' form: Python's {@code json.dumps}. Quotes and escapes
 * have the mark of the string they belong to; brackets, commas, numbers and the like that of their
 * container.
 */
final class JsonText {
  private final Runtime runtime;
  private final TextBuilder builder = new TextBuilder();
  private final boolean ascii;
  private final Text indent;
  private final Text itemSeparator;
  private final Text keySeparator;
  private final boolean sorted;

  private JsonText(Runtime runtime, boolean ascii, Text indent, Text[] separators, boolean sorted) {
    this.runtime = runtime;
    this.ascii = ascii;
    this.indent = indent;
    this.itemSeparator = separators[0];
    this.keySeparator = separators[1];
    this.sorted = sorted;
  }

  /**
   * {@code json.dumps}; every argument but the value may be null.
   *
   * @param indent spaces or a text for each level
   * @param separators what stands after an item and after a key
   */
  static Text dumps(
      Runtime runtime, Object value, Object ascii, Object indent, Object separators, Object sort) {
    boolean isAscii = ascii != null && Truth.of(ascii);
    Text unit = indentation(indent);
    Text[] both = separators(separators, unit != null);
    boolean sorted = sort != null && Truth.of(sort);
    JsonText json = new JsonText(runtime, isAscii, unit, both, sorted);
    json.write(value, Mark.TEMPLATE, 0);
    return json.builder.toText();
  }

  private static Text indentation(Object indent) {
    if (indent == null || indent == None.NONE) {
      return null;
    }
    if (indent instanceof Text text) {
      return text;
    }
    long spaces = Math.max(0, Numbers.index(indent, "indent"));
    Limits.checkLength(spaces);
    return Text.of(" ".repeat((int) spaces));
  }

  private static Text[] separators(Object separators, boolean indented) {
    if (separators == null || separators == None.NONE) {
      return new Text[] {Text.of(indented ? "," : ", "), Text.of(": ")};
    }
    List<Object> both = Iteration.list(separators);
    if (both.size() != 2
        || !(both.get(0) instanceof Text item)
        || !(both.get(1) instanceof Text key)) {
      throw Failure.error("separators must be two strings");
    }
    return new Text[] {item, key};
  }

  private void write(Object value, long mark, int depth) {
    Limits.checkDepth(depth);
    runtime.step(1);
    if (value instanceof Text text) {
      string(text);
    } else if (value instanceof DictValue dict) {
      dict(dict, depth);
    } else if (value instanceof SequenceValue list) {
      list(list, depth);
    } else {
      if (value instanceof Double || value instanceof BigInteger) {
        runtime.writeNumber(Numbers.bits(value));
      }
      builder.append(scalar(value), mark);
    }
  }

  private static String scalar(Object value) {
    if (value == None.NONE) {
      return "null";
    }
    if (value instanceof Boolean flag) {
      return flag ? "true" : "false";
    }
    if (value instanceof Double number) {
      if (number.isNaN()) {
        return "NaN";
      }
      return number.isInfinite() ? number > 0 ? "Infinity" : "-Infinity" : FloatText.repr(number);
    }
    if (value instanceof BigInteger number) {
      return number.toString();
    }
    if (value instanceof Long) {
      return value.toString();
    }
    throw Failure.error("Object of type " + TypeName.of(value) + " is not JSON serializable");
  }

  private void list(SequenceValue list, int depth) {
    builder.append("[", list.mark());
    boolean first = true;
    for (Object item : list.items()) {
      separate(first, list.mark(), depth + 1);
      first = false;
      write(item, list.mark(), depth + 1);
    }
    close("]", first, list.mark(), depth);
  }

  private void dict(DictValue dict, int depth) {
    builder.append("{", dict.mark());
    boolean first = true;
    for (DictValue.Entry entry : entries(dict)) {
      separate(first, dict.mark(), depth + 1);
      first = false;
      string(key(entry.key(), dict.mark()));
      builder.append(keySeparator.value(), dict.mark());
      write(entry.value(), dict.mark(), depth + 1);
    }
    close("}", first, dict.mark(), depth);
  }

  private List<DictValue.Entry> entries(DictValue dict) {
    List<DictValue.Entry> entries = new ArrayList<>(dict.entries());
    List<Object> keys = entries.stream().map(DictValue.Entry::key).toList();
    return sorted ? Sorting.sorted(runtime, entries, keys, false) : entries;
  }

  private static Text key(Object key, long mark) {
    if (key instanceof Text text) {
      return text;
    }
    if (Numbers.isNumber(key) || key == None.NONE) {
      return new Text(scalar(key), mark);
    }
    throw Failure.error("keys must be str, int, float, bool or None, not " + TypeName.of(key));
  }

  private void separate(boolean first, long mark, int depth) {
    if (!first) {
      builder.append(itemSeparator.value(), mark);
    }
    newLine(mark, depth);
  }

  private void close(String bracket, boolean empty, long mark, int depth) {
    if (!empty) {
      newLine(mark, depth);
    }
    builder.append(bracket, mark);
  }

  private void newLine(long mark, int depth) {
    if (indent != null) {
      builder.append("\n", mark);
      for (int i = 0; i < depth; i++) {
        builder.append(indent.value(), mark);
      }
    }
  }

  private void string(Text text) {
    runtime.scan(text);
    builder.append('"', text.mark());
    String chars = text.value();
    int from = 0;
    for (int i = 0; i < chars.length(); i++) {
      String escape = escape(chars.charAt(i));
      if (escape != null) {
        builder.append(text, from, i).append(escape, text.markAt(i));
        from = i + 1;
      }
    }
    builder.append(text, from, chars.length()).append('"', text.lastMark());
  }

  private String escape(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\f' -> "\\f";
      case '\b' -> "\\b";
      default -> c < ' ' || ascii && c > '~' ? String.format("\\u%04x", (int) c) : null;
    };
  }
}
