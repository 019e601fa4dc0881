package org.tune4j.engine.tokenize.jinja;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Turns inputs into values of the interpreter, and measures them. */
final class InputReader {
  private long size;

  /** Number of chars and values that were read. */
  long size() {
    return size;
  }

  Object read(Input input) {
    return read(input, 0);
  }

  private Object read(Input input, int depth) {
    Limits.checkDepth(depth);
    long mark = Mark.of(input.origin());
    if (input.value() instanceof JsonNode json) {
      return json(json, mark, depth);
    }
    if (input.value() instanceof Map<?, ?> map) {
      DictValue dict = new DictValue(mark);
      map.forEach(
          (name, value) -> dict.put(text(name.toString(), mark), read((Input) value, depth + 1)));
      return dict;
    }
    List<Object> items = new ArrayList<>();
    ((Collection<?>) input.value()).forEach(item -> items.add(read((Input) item, depth + 1)));
    return new ListValue(items, mark);
  }

  private Text text(String chars, long mark) {
    size += chars.length();
    return new Text(chars, mark);
  }

  private Object json(JsonNode json, long mark, int depth) {
    Limits.checkDepth(depth);
    size++;
    return switch (json.getNodeType()) {
      case STRING -> text(json.textValue(), mark);
      case BOOLEAN -> json.booleanValue();
      case NUMBER ->
          json.isIntegralNumber() ? Numbers.narrow(json.bigIntegerValue()) : json.doubleValue();
      case ARRAY -> {
        List<Object> items = new ArrayList<>(json.size());
        json.forEach(item -> items.add(json(item, mark, depth + 1)));
        yield new ListValue(items, mark);
      }
      case OBJECT -> {
        DictValue dict = new DictValue(mark);
        json.fields()
            .forEachRemaining(
                field ->
                    dict.put(text(field.getKey(), mark), json(field.getValue(), mark, depth + 1)));
        yield dict;
      }
      default -> None.NONE;
    };
  }
}
