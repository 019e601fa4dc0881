package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;

/** Walking over values as Python's {@code for} does. */
final class Iteration {
  private Iteration() {}

  /** The items of a value, or null if Python cannot iterate it. */
  static Iterator<Object> iteratorOrNull(Object value) {
    if (value instanceof SequenceValue sequence) {
      return sequence.items().iterator();
    }
    if (value instanceof IteratorValue iterator) {
      return iterator.items();
    }
    if (value instanceof DictValue dict) {
      return new DictView(dict, DictView.Part.KEYS).iterator();
    }
    if (value instanceof DictView view) {
      return view.iterator();
    }
    if (value instanceof Text text) {
      return characters(text);
    }
    if (value instanceof RangeValue range) {
      return range.items().iterator();
    }
    return value instanceof Undefined ? Collections.emptyIterator() : null;
  }

  static Iterator<Object> iterator(Object value) {
    Iterator<Object> iterator = iteratorOrNull(value);
    if (iterator == null) {
      throw Failure.error("'" + TypeName.of(value) + "' object is not iterable");
    }
    return iterator;
  }

  private static Iterator<Object> characters(Text text) {
    return new Iterator<>() {
      private int at;

      @Override
      public boolean hasNext() {
        return at < text.length();
      }

      @Override
      public Object next() {
        int from = at;
        at += Character.charCount(text.value().codePointAt(at));
        return text.slice(from, at).asMarkup(false);
      }
    };
  }

  /** All items; not to be changed by the caller. */
  static List<Object> list(Object value) {
    if (value instanceof SequenceValue sequence) {
      return sequence.items();
    }
    List<Object> items = new ArrayList<>();
    iterator(value)
        .forEachRemaining(
            item -> {
              Limits.checkItems(items.size() + 1L);
              items.add(item);
            });
    return items;
  }

  /** As {@link #list}, with the work counted. */
  static List<Object> list(Runtime runtime, Object value) {
    List<Object> items = list(value);
    runtime.step(value instanceof SequenceValue ? items.size() : 4L * items.size());
    return items;
  }

  /** Python's {@code len}; empty where a value has none. */
  static OptionalInt length(Object value) {
    if (value instanceof Text text) {
      return OptionalInt.of(text.codePointCount());
    }
    if (value instanceof SequenceValue sequence) {
      return OptionalInt.of(sequence.items().size());
    }
    if (value instanceof DictValue dict) {
      return OptionalInt.of(dict.size());
    }
    if (value instanceof DictView view) {
      return OptionalInt.of(view.dict().size());
    }
    if (value instanceof RangeValue range) {
      return OptionalInt.of(range.size());
    }
    if (value instanceof LoopValue loop) {
      return OptionalInt.of(loop.length());
    }
    return value instanceof Undefined ? OptionalInt.of(0) : OptionalInt.empty();
  }

  static int lengthOf(Object value) {
    return length(value)
        .orElseThrow(
            () -> Failure.error("object of type '" + TypeName.of(value) + "' has no len()"));
  }

  /** Python's {@code reversed}; null where a value cannot be walked backwards. */
  static Iterator<Object> backwardsOrNull(Runtime runtime, Object value) {
    boolean reversible =
        value instanceof SequenceValue
            || value instanceof DictValue
            || value instanceof DictView
            || value instanceof RangeValue
            || value instanceof Text
            || value instanceof Undefined;
    if (!reversible) {
      return null;
    }
    List<Object> items =
        value instanceof SequenceValue sequence ? sequence.items() : list(runtime, value);
    return new Iterator<>() {
      private int at = items.size();

      @Override
      public boolean hasNext() {
        return at > 0;
      }

      @Override
      public Object next() {
        return items.get(--at);
      }
    };
  }

  /** Python's {@code item in container}. */
  static boolean contains(Runtime runtime, Object container, Object item) {
    if (container instanceof Text text) {
      if (!(item instanceof Text part)) {
        throw Failure.error(
            "'in <string>' requires string as left operand, not " + TypeName.of(item));
      }
      runtime.search(text, part);
      return text.value().contains(part.value());
    }
    if (container instanceof DictValue dict) {
      return dict.get(item) != null;
    }
    if (container instanceof DictView view && view.part() == DictView.Part.KEYS) {
      return view.dict().get(item) != null;
    }
    if (container instanceof RangeValue range && Numbers.isSmall(item)) {
      long offset = Numbers.small(item) - range.start();
      return offset % range.step() == 0
          && offset / range.step() >= 0
          && offset / range.step() < range.size();
    }
    Iterator<Object> items = iteratorOrNull(container);
    if (items == null) {
      throw Failure.error("argument of type '" + TypeName.of(container) + "' is not iterable");
    }
    while (items.hasNext()) {
      runtime.step(1);
      if (Equality.equal(runtime, items.next(), item)) {
        return true;
      }
    }
    return false;
  }
}
