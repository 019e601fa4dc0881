package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * The {@code attribute} argument of filters: names and numbers with dots between them.
 *
 * @param parts each a string or an integer
 * @param otherwise stands for what is undefined; null to leave it so
 */
record AttributePath(List<Object> parts, Object otherwise) {

  /** Reads an argument; null and None mean the item itself. */
  static AttributePath of(Object attribute, Object otherwise) {
    Object fallback = Filters.isNone(otherwise) ? null : otherwise;
    if (Filters.isNone(attribute)) {
      return new AttributePath(List.of(), fallback);
    }
    if (!(attribute instanceof Text text)) {
      return new AttributePath(List.of(attribute), fallback);
    }
    List<Object> parts = new ArrayList<>();
    for (Object part : Split.fromLeft(text, Text.of("."), -1)) {
      parts.add(Characters.all((Text) part, Characters::isDecimal) ? number((Text) part) : part);
    }
    return new AttributePath(parts, fallback);
  }

  private static Object number(Text digits) {
    return IntegerText.parse(digits.value(), 10);
  }

  Object get(Runtime runtime, Object item) {
    Object value = item;
    for (Object part : parts) {
      runtime.step(1);
      value = Subscript.item(runtime, value, part);
      if (otherwise != null && value instanceof Undefined) {
        value = otherwise;
      }
    }
    return value;
  }
}
