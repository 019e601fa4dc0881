package org.tune4j.engine.tokenize.jinja;

import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;

/** Filters that go through a sequence item by item, and only as far as somebody asks. */
final class SelectionFilters {
  private SelectionFilters() {}

  static void addTo(Map<String, Filter> all) {
    lazy(all, "map", SelectionFilters::map);
    lazy(all, "select", (r, v, a) -> select(r, v, a, true, false));
    lazy(all, "reject", (r, v, a) -> select(r, v, a, false, false));
    lazy(all, "selectattr", (r, v, a) -> select(r, v, a, true, true));
    lazy(all, "rejectattr", (r, v, a) -> select(r, v, a, false, true));
  }

  /** What a filter does when somebody asks for its first item. */
  private interface Start {
    Iterator<Object> begin(Runtime runtime, Object value, Arguments arguments);
  }

  private static void lazy(Map<String, Filter> all, String name, Start start) {
    all.put(
        name,
        (runtime, value, arguments) ->
            IteratorValue.generator(
                () ->
                    Truth.of(value)
                        ? start.begin(runtime, value, arguments)
                        : Collections.emptyIterator()));
  }

  private static Iterator<Object> map(Runtime runtime, Object value, Arguments arguments) {
    Function<Object, Object> mapping = mapping(runtime, arguments);
    Iterator<Object> items = Iteration.iterator(value);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Object next() {
        runtime.step(1);
        return mapping.apply(items.next());
      }
    };
  }

  private static Function<Object, Object> mapping(Runtime runtime, Arguments arguments) {
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Map<String, Object> named = new HashMap<>(arguments.named());
      AttributePath path = AttributePath.of(named.remove("attribute"), named.remove("default"));
      if (!named.isEmpty()) {
        throw Failure.error(
            "Unexpected keyword argument '" + named.keySet().iterator().next() + "'");
      }
      return item -> path.get(runtime, item);
    }
    if (arguments.positional().isEmpty()) {
      throw Failure.error("map requires a filter argument");
    }
    String name = Repr.str(runtime, arguments.positional().get(0)).value();
    Arguments others = arguments.after(1);
    return item -> Filters.apply(runtime, name, item, others);
  }

  private static Iterator<Object> select(
      Runtime runtime, Object value, Arguments arguments, boolean wanted, boolean byAttribute) {
    if (byAttribute && arguments.positional().isEmpty()) {
      throw Failure.error("Missing parameter for attribute name");
    }
    AttributePath path = AttributePath.of(byAttribute ? arguments.positional().get(0) : null, null);
    Predicate<Object> test = test(runtime, byAttribute ? arguments.after(1) : arguments);
    return filtered(
        runtime, Iteration.iterator(value), item -> test.test(path.get(runtime, item)) == wanted);
  }

  private static Predicate<Object> test(Runtime runtime, Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      return Truth::of;
    }
    String name = Repr.str(runtime, arguments.positional().get(0)).value();
    Arguments others = arguments.after(1);
    return item -> Tests.holds(runtime, name, item, others);
  }

  /** The items that fulfil a condition, which is asked as late as possible. */
  static Iterator<Object> filtered(
      Runtime runtime, Iterator<Object> items, Predicate<Object> condition) {
    return new Iterator<>() {
      private Object next;

      @Override
      public boolean hasNext() {
        while (next == null && items.hasNext()) {
          runtime.step(1);
          Object item = items.next();
          next = condition.test(item) ? item : null;
        }
        return next != null;
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Object item = next;
        next = null;
        return item;
      }
    };
  }
}
