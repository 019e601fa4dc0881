package org.tune4j.engine.tokenize.jinja;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Python's {@code str} and {@code repr}. */
final class Repr {
  private final Runtime runtime;
  private final TextBuilder builder = new TextBuilder();

  private Repr(Runtime runtime) {
    this.runtime = runtime;
  }

  static Text str(Runtime runtime, Object value) {
    if (value instanceof Text text) {
      return text.asMarkup(false);
    }
    if (value instanceof Undefined undefined) {
      if (runtime.isStrict()) {
        throw undefined.failure();
      }
      return Text.EMPTY;
    }
    return repr(runtime, value);
  }

  /** jinja2's {@code soft_str}, which leaves markup as it is. */
  static Text softStr(Runtime runtime, Object value) {
    return value instanceof Text text ? text : str(runtime, value);
  }

  static Text repr(Runtime runtime, Object value) {
    if (value instanceof Long || value instanceof Boolean) {
      return Text.of(scalar(value));
    }
    Repr repr = new Repr(runtime);
    repr.write(value, Mark.TEMPLATE, 0);
    return repr.builder.toText();
  }

  /** A string or number for a message; of anything else its type. */
  static String brief(Object value) {
    if (value instanceof Text text) {
      String shown = text.length() > 100 ? text.value().substring(0, 100) + "…" : text.value();
      return "'" + shown + "'";
    }
    return Numbers.isNumber(value) || value == None.NONE
        ? value.toString()
        : "of type " + TypeName.of(value);
  }

  private static String scalar(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    return value instanceof Double number ? FloatText.repr(number) : value.toString();
  }

  /**
   * Writes a value.
   *
   * @param mark of what has no mark of its own
   */
  private void write(Object value, long mark, int depth) {
    Limits.checkDepth(depth);
    runtime.step(1);
    if (value instanceof Text text) {
      write(text);
    } else if (value instanceof Boolean || value instanceof Long) {
      builder.append(scalar(value), mark);
    } else if (value instanceof Double || value instanceof BigInteger) {
      runtime.writeNumber(Numbers.bits(value));
      builder.append(scalar(value), mark);
    } else if (value instanceof ListValue list) {
      items(list.items(), "[", "]", list.mark(), depth);
    } else if (value instanceof TupleValue tuple) {
      String end = tuple.items().size() == 1 ? ",)" : ")";
      items(tuple.items(), "(", end, tuple.mark(), depth);
    } else if (value instanceof DictValue dict) {
      dict(dict, depth);
    } else {
      other(value, mark, depth);
    }
  }

  private void other(Object value, long mark, int depth) {
    if (value == None.NONE) {
      builder.append("None", mark);
    } else if (value instanceof Undefined) {
      builder.append("Undefined", mark);
    } else if (value instanceof DictView view) {
      builder.append(TypeName.of(view), mark);
      List<Object> items = Iteration.list(view);
      items(items, "([", "])", view.dict().mark(), depth);
    } else if (value instanceof RangeValue range) {
      String step = range.step() == 1 ? "" : ", " + range.step();
      builder.append("range(" + range.start() + ", " + range.stop() + step + ")", mark);
    } else if (value instanceof NamespaceValue namespace) {
      DictValue attributes = new DictValue(mark);
      for (Map.Entry<String, Object> attribute : namespace.attributes().entrySet()) {
        attributes.put(Text.of(attribute.getKey()), attribute.getValue());
      }
      builder.append("<Namespace ", mark);
      dict(attributes, depth);
      builder.append(">", mark);
    } else if (value instanceof Macro macro) {
      String name = macro.name() == null ? "anonymous" : "'" + macro.name() + "'";
      builder.append("<Macro " + name + ">", mark);
    } else if (value instanceof LoopValue loop) {
      builder.append("<LoopContext " + loop.index() + "/" + loop.length() + ">", mark);
    } else {
      builder.append("<" + TypeName.of(value) + " object>", mark);
    }
  }

  private void items(List<Object> items, String start, String end, long mark, int depth) {
    builder.append(start, mark);
    separated(items.iterator(), mark, item -> write(item, mark, depth + 1));
    builder.append(end, mark);
  }

  private void dict(DictValue dict, int depth) {
    long mark = dict.mark();
    builder.append("{", mark);
    separated(
        dict.entries().iterator(),
        mark,
        entry -> {
          write(entry.key(), mark, depth + 1);
          builder.append(": ", mark);
          write(entry.value(), mark, depth + 1);
        });
    builder.append("}", mark);
  }

  private <T> void separated(Iterator<T> items, long mark, Consumer<T> writer) {
    boolean first = true;
    while (items.hasNext()) {
      if (!first) {
        builder.append(", ", mark);
      }
      first = false;
      writer.accept(items.next());
    }
  }

  private void write(Text text) {
    runtime.scan(text);
    boolean doubled = text.value().contains("'") && !text.value().contains("\"");
    char quote = doubled ? '"' : '\'';
    if (text.isMarkup()) {
      builder.append("Markup(", text.mark());
    }
    builder.append(quote, text.mark());
    String value = text.value();
    int from = 0;
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      int next = i + Character.charCount(c);
      if (c == quote || c == '\\' || !Characters.isPrintable(c)) {
        builder.append(text, from, i).append(escaped(c), text.markAt(i));
        from = next;
      }
      i = next;
    }
    builder.append(text, from, value.length()).append(quote, text.lastMark());
    if (text.isMarkup()) {
      builder.append(")", text.mark());
    }
  }

  private static String escaped(int c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\\', '\'', '"' -> "\\" + (char) c;
      default -> Characters.numericEscape(c);
    };
  }

  /** {@code ascii()}: the repr with everything beyond ASCII escaped. */
  static Text ascii(Runtime runtime, Object value) {
    Text repr = repr(runtime, value);
    TextBuilder builder = new TextBuilder();
    String chars = repr.value();
    for (int i = 0; i < chars.length(); ) {
      int c = chars.codePointAt(i);
      int next = i + Character.charCount(c);
      if (c < 128) {
        builder.append(repr, i, next);
      } else {
        builder.append(Characters.numericEscape(c), repr.markAt(i));
      }
      i = next;
    }
    return builder.toText();
  }
}
