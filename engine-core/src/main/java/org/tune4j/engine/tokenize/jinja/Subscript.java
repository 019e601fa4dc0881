package org.tune4j.engine.tokenize.jinja;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/** {@code a.b}, {@code a[b]} and {@code a[b:c:d]} as jinja2's immutable sandbox has them. */
final class Subscript {
  private Subscript() {}

  /** {@code object.name}: an attribute of the type, else an item. */
  static Object attribute(Object object, String name) {
    Object value = attributeOrNull(object, name);
    if (value == null && object instanceof DictValue dict) {
      value = dict.get(name);
    }
    return value == null ? Undefined.element(object, Text.of(name)) : value;
  }

  /** {@code object[key]}: an item, else an attribute of the type. */
  static Object item(Runtime runtime, Object object, Object key) {
    if (object instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (object instanceof Text text && text.codePointCount() < text.length()) {
      runtime.scan(text);
    }
    Object value = itemOrNull(object, key);
    if (value == null && key instanceof Text name) {
      value = attributeOrNull(object, name.value());
    }
    return value == null ? Undefined.element(object, key) : value;
  }

  /** What Python's {@code getattr} finds, or null; what the sandbox forbids is undefined. */
  static Object attributeOrNull(Object object, String name) {
    if (object instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (name.startsWith("__")) {
      return Undefined.unsafe(object, name);
    }
    if (object instanceof NamespaceValue namespace) {
      return namespace.get(name);
    }
    if (object instanceof LoopValue loop) {
      return loop.attribute(name);
    }
    return Methods.of(object, name);
  }

  private static Object itemOrNull(Object object, Object key) {
    if (object instanceof DictValue dict) {
      boolean hashable = !(key instanceof ListValue || key instanceof DictValue);
      return hashable ? dict.get(key) : null;
    }
    if (!Numbers.isInteger(key)) {
      return null;
    }
    long index = Numbers.index(key, "index");
    if (object instanceof Text text) {
      int size = text.codePointCount();
      int at = position(index, size);
      if (at < 0) {
        return null;
      }
      int from = text.charIndex(at);
      return text.slice(from, from + Character.charCount(text.value().codePointAt(from)));
    }
    List<Object> items = null;
    if (object instanceof SequenceValue sequence) {
      items = sequence.items();
    } else if (object instanceof RangeValue range) {
      items = range.items();
    }
    int at = items == null ? -1 : position(index, items.size());
    return at < 0 ? null : items.get(at);
  }

  /** Index from the start, -1 if there is no such place. */
  private static int position(long index, int size) {
    long at = index < 0 ? index + size : index;
    return at >= 0 && at < size ? (int) at : -1;
  }

  /**
   * {@code object[start:stop:step]}.
   *
   * @param bounds start, stop and step, None where one is left out
   */
  static Object slice(Runtime runtime, Object object, Object... bounds) {
    if (object instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (object instanceof Text text) {
      runtime.copy(text);
      return runtime.made(slice(text, Places.of(bounds, text.codePointCount())));
    }
    if (object instanceof SequenceValue sequence) {
      List<Object> items = places(sequence.items(), Places.of(bounds, sequence.items().size()));
      runtime.step(items.size());
      return sequence.with(items);
    }
    if (object instanceof RangeValue range) {
      Places places = Places.of(bounds, range.size());
      long start = range.start() + places.start() * range.step();
      long step = range.step() * places.step();
      return new RangeValue(start, start + step * places.count(), step, places.count());
    }
    throw Failure.error("'" + TypeName.of(object) + "' object is not subscriptable");
  }

  private static Text slice(Text text, Places places) {
    if (places.step() == 1) {
      int from = text.charIndex(places.start());
      int to = text.charIndex(places.start() + places.count());
      return text.slice(from, to);
    }
    int[] starts = new int[text.codePointCount() + 1];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + Character.charCount(text.value().codePointAt(starts[i - 1]));
    }
    TextBuilder builder = new TextBuilder();
    for (int i = 0; i < places.count(); i++) {
      int at = places.at(i);
      builder.append(text, starts[at], starts[at + 1]);
    }
    return builder.toText().asMarkup(text.isMarkup());
  }

  private static List<Object> places(List<Object> items, Places places) {
    if (places.step() == 1) {
      return new ArrayList<>(items.subList(places.start(), places.start() + places.count()));
    }
    return new ArrayList<>(
        new AbstractList<>() {
          @Override
          public Object get(int index) {
            return items.get(places.at(index));
          }

          @Override
          public int size() {
            return places.count();
          }
        });
  }

  /** The places that a slice selects. */
  private record Places(int start, int step, int count) {
    static Places of(Object[] bounds, int size) {
      long step = bound(bounds[2], 1);
      if (step == 0) {
        throw Failure.error("slice step cannot be zero");
      }
      boolean forwards = step > 0;
      long start = place(bound(bounds[0], forwards ? 0 : Long.MAX_VALUE), size, forwards);
      long stop =
          bounds[1] == None.NONE
              ? forwards ? size : -1
              : place(bound(bounds[1], 0), size, forwards);
      long distance = forwards ? stop - start : start - stop;
      long stride = Math.abs(Math.max(step, -Integer.MAX_VALUE));
      long count = distance <= 0 ? 0 : (distance - 1) / stride + 1;
      return new Places(count == 0 ? 0 : (int) start, Numbers.clamped(step), (int) count);
    }

    private static long bound(Object value, long otherwise) {
      if (value == None.NONE) {
        return otherwise;
      }
      if (!Numbers.isInteger(value)) {
        throw Failure.error("slice indices must be integers or None or have an __index__ method");
      }
      return Numbers.index(value, "slice index");
    }

    /** Brings an index into what Python allows for the direction. */
    private static long place(long index, int size, boolean forwards) {
      long first = forwards ? 0 : -1;
      long last = forwards ? size : size - 1L;
      long at = index < 0 ? Math.max(index, -size - 1L) + size : index;
      return Math.max(first, Math.min(last, at));
    }

    int at(int index) {
      return start + index * step;
    }
  }
}
