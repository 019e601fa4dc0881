package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;

/**
 * The variable {@code loop}. It looks ahead only where a template asks, as jinja2's does, because
 * the items may depend on what the body of the loop does.
 */
final class LoopValue implements Callable {
  /** Renders a recursive loop again, for other items. */
  interface Recursion {
    Text render(Runtime runtime, Object items, int depth);
  }

  private static final Signature ITEMS = Signature.of("loop iterable");

  private final OptionalInt knownLength;
  private final Recursion recursion;
  private final int depth;
  private Iterator<Object> items;
  private int length = -1;
  private int index = -1;
  private Object before;
  private Object current;
  private Object after;
  private Arguments lastChanged;

  /**
   * A loop before its first item.
   *
   * @param iterable what it goes through, for its length; null if only going through tells it
   * @param recursion null if the loop is not recursive
   * @param depth how many times the loop runs within itself, from 0
   */
  LoopValue(Object iterable, Iterator<Object> items, Recursion recursion, int depth) {
    this.knownLength = Iteration.length(iterable);
    this.items = items;
    this.recursion = recursion;
    this.depth = depth;
  }

  boolean hasNext() {
    return after != null || items.hasNext();
  }

  Object next() {
    Object item = after == null ? items.next() : after;
    after = null;
    index++;
    before = current;
    current = item;
    return item;
  }

  /** The next item, or null. */
  private Object peek() {
    if (after == null && items.hasNext()) {
      after = items.next();
    }
    return after;
  }

  int index() {
    return index + 1;
  }

  int length() {
    if (knownLength.isPresent()) {
      return knownLength.getAsInt();
    }
    if (length < 0) {
      List<Object> others = new ArrayList<>();
      while (items.hasNext()) {
        Limits.checkItems(others.size() + 1L);
        others.add(items.next());
      }
      items = others.iterator();
      length = others.size() + index() + (after == null ? 0 : 1);
    }
    return length;
  }

  /** An attribute, or null. */
  Object attribute(String name) {
    return switch (name) {
      case "index" -> (long) index();
      case "index0" -> (long) index;
      case "revindex" -> (long) length() - index;
      case "revindex0" -> (long) length() - index();
      case "first" -> index == 0;
      case "last" -> peek() == null;
      case "length" -> (long) length();
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" -> index == 0 ? new Undefined("there is no previous item") : before;
      case "nextitem" -> peek() == null ? new Undefined("there is no next item") : after;
      case "cycle" -> (Callable) (runtime, arguments) -> cycle(arguments);
      case "changed" -> (Callable) (runtime, arguments) -> changed(runtime, arguments);
      default -> null;
    };
  }

  private Object cycle(Arguments arguments) {
    List<Object> values = arguments.positional();
    if (values.isEmpty()) {
      throw Failure.error("no items for cycling given");
    }
    return values.get(index % values.size());
  }

  private boolean changed(Runtime runtime, Arguments arguments) {
    TupleValue now = new TupleValue(arguments.positional());
    boolean same =
        lastChanged != null
            && Equality.equal(runtime, new TupleValue(lastChanged.positional()), now);
    lastChanged = arguments;
    return !same;
  }

  @Override
  public Object call(Runtime runtime, Arguments arguments) {
    Object other = ITEMS.bind(arguments)[0];
    if (recursion == null) {
      throw Failure.error("The loop must have the 'recursive' marker to be called recursively.");
    }
    return recursion.render(runtime, other, depth + 1);
  }
}
