package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Filters that order, cut or sum up sequences. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filter> all) {
    Filters.add(all, "default [ default_value boolean", SequenceFilters::orDefault);
    Filters.add(all, "d [ default_value boolean", SequenceFilters::orDefault);
    Filters.add(all, "attr name", (r, v, a) -> attribute(v, a[0]));
    Filters.add(all, "first", (r, v, a) -> first(Iteration.iterator(v), "No first item"));
    Filters.add(all, "last", (r, v, a) -> last(r, v));
    Filters.add(all, "list", (r, v, a) -> new ListValue(Iteration.list(r, v)));
    lazy(all, "items", (r, v, a) -> items(v));
    Filters.add(all, "reverse", SequenceFilters::reversed);
    Filters.add(all, "sort [ reverse case_sensitive attribute", SequenceFilters::sorted);
    Filters.add(all, "dictsort [ case_sensitive by reverse", SequenceFilters::dictSorted);
    lazy(all, "unique [ case_sensitive attribute", SequenceFilters::unique);
    Filters.add(all, "min [ case_sensitive attribute", (r, v, a) -> extreme(r, v, a, "<"));
    Filters.add(all, "max [ case_sensitive attribute", (r, v, a) -> extreme(r, v, a, ">"));
    Filters.add(all, "sum [ attribute start", SequenceFilters::sum);
    lazy(all, "batch linecount [ fill_with", SequenceFilters::batches);
    lazy(all, "slice slices [ fill_with", SequenceFilters::slices);
    Filters.add(all, "groupby attribute [ default case_sensitive", SequenceFilters::groups);
  }

  /** What a filter that is a generator in Python does when it starts. */
  private interface Start {
    Iterator<Object> begin(Runtime runtime, Object value, Object[] arguments);
  }

  private static void lazy(Map<String, Filter> all, String signature, Start start) {
    Filters.add(all, signature, (r, v, a) -> IteratorValue.generator(() -> start.begin(r, v, a)));
  }

  private static Object orDefault(Runtime runtime, Object value, Object[] arguments) {
    boolean missing = value instanceof Undefined || Filters.flag(arguments[1]) && !Truth.of(value);
    return !missing ? value : arguments[0] == null ? Text.EMPTY : arguments[0];
  }

  private static Object attribute(Object value, Object name) {
    if (!(name instanceof Text text)) {
      throw Failure.error("attribute name must be string, not '" + TypeName.of(name) + "'");
    }
    Object found = Subscript.attributeOrNull(value, text.value());
    return found == null ? Undefined.element(value, text) : found;
  }

  private static Object first(Iterator<Object> items, String otherwise) {
    return items.hasNext() ? items.next() : new Undefined(otherwise + ", sequence was empty.");
  }

  private static Object last(Runtime runtime, Object value) {
    Iterator<Object> backwards = Iteration.backwardsOrNull(runtime, value);
    if (backwards == null) {
      throw Failure.error("'" + TypeName.of(value) + "' object is not reversible");
    }
    return first(backwards, "No last item");
  }

  private static Iterator<Object> items(Object value) {
    if (value instanceof Undefined) {
      return Iteration.iterator(value);
    }
    if (!(value instanceof DictValue dict)) {
      throw Failure.error("Can only get item pairs from a mapping.");
    }
    return new DictView(dict, DictView.Part.ITEMS).iterator();
  }

  private static Object reversed(Runtime runtime, Object value, Object[] arguments) {
    if (value instanceof Text) {
      return Subscript.slice(runtime, value, None.NONE, None.NONE, -1L);
    }
    Iterator<Object> backwards = Iteration.backwardsOrNull(runtime, value);
    if (backwards != null) {
      return new IteratorValue(backwards, "list_reverseiterator");
    }
    if (Iteration.iteratorOrNull(value) == null) {
      throw Failure.error("argument must be iterable");
    }
    List<Object> items = new ArrayList<>(Iteration.list(runtime, value));
    Collections.reverse(items);
    return new ListValue(items);
  }

  /** The value by which filters compare: strings in lower case unless case matters. */
  private static Object key(Object value, boolean caseSensitive) {
    return !caseSensitive && value instanceof Text text ? Casing.lower(text) : value;
  }

  private static Object sorted(Runtime runtime, Object value, Object[] arguments) {
    boolean caseSensitive = Filters.flag(arguments[1]);
    List<AttributePath> paths = paths(arguments[2]);
    List<Object> items = Iteration.list(runtime, value);
    List<Object> keys = new ArrayList<>();
    for (Object item : items) {
      List<Object> key = new ArrayList<>();
      for (AttributePath path : paths) {
        key.add(key(path.get(runtime, item), caseSensitive));
      }
      keys.add(new ListValue(key));
    }
    return new ListValue(Sorting.sorted(runtime, items, keys, Filters.flag(arguments[0])));
  }

  /** Several attributes with commas between them. */
  private static List<AttributePath> paths(Object attribute) {
    if (!(attribute instanceof Text text)) {
      return List.of(AttributePath.of(attribute, null));
    }
    return Split.fromLeft(text, Text.of(","), -1).stream()
        .map(part -> AttributePath.of(part, null))
        .toList();
  }

  private static Object dictSorted(Runtime runtime, Object value, Object[] arguments) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(value instanceof DictValue dict)) {
      throw Failure.error("'" + TypeName.of(value) + "' object has no attribute 'items'");
    }
    String by = arguments[1] == null ? "key" : Repr.str(runtime, arguments[1]).value();
    if (!by.equals("key") && !by.equals("value")) {
      throw Failure.error("You can only sort by either \"key\" or \"value\"");
    }
    List<Object> keys = new ArrayList<>();
    for (DictValue.Entry entry : dict.entries()) {
      Object one = by.equals("key") ? entry.key() : entry.value();
      keys.add(key(one, Filters.flag(arguments[0])));
    }
    List<Object> items = Iteration.list(runtime, new DictView(dict, DictView.Part.ITEMS));
    return new ListValue(Sorting.sorted(runtime, items, keys, Filters.flag(arguments[2])));
  }

  private static Iterator<Object> unique(Runtime runtime, Object value, Object[] arguments) {
    boolean caseSensitive = Filters.flag(arguments[0]);
    AttributePath path = AttributePath.of(arguments[1], null);
    Set<Object> seen = new HashSet<>();
    return SelectionFilters.filtered(
        runtime,
        Iteration.iterator(value),
        item -> seen.add(Equality.key(key(path.get(runtime, item), caseSensitive))));
  }

  private static Object extreme(
      Runtime runtime, Object value, Object[] arguments, String operator) {
    Iterator<Object> items = Iteration.iterator(value);
    if (!items.hasNext()) {
      return new Undefined("No aggregated item, sequence was empty.");
    }
    boolean caseSensitive = Filters.flag(arguments[0]);
    AttributePath path = AttributePath.of(arguments[1], null);
    Object best = items.next();
    Object bestKey = key(path.get(runtime, best), caseSensitive);
    while (items.hasNext()) {
      runtime.step(1);
      Object item = items.next();
      Object key = key(path.get(runtime, item), caseSensitive);
      if (Order.is(runtime, key, operator, bestKey)) {
        best = item;
        bestKey = key;
      }
    }
    return best;
  }

  private static Object sum(Runtime runtime, Object value, Object[] arguments) {
    AttributePath path = AttributePath.of(arguments[0], null);
    Object sum = arguments[1] == null ? (Object) 0L : arguments[1];
    if (sum instanceof Text) {
      throw Failure.error("sum() can't sum strings [use ''.join(seq) instead]");
    }
    for (Iterator<Object> items = Iteration.iterator(value); items.hasNext(); ) {
      sum = Arithmetic.binary(runtime, sum, "+", path.get(runtime, items.next()));
    }
    return sum;
  }

  private static Iterator<Object> batches(Runtime runtime, Object value, Object[] arguments) {
    long size = Numbers.index(arguments[0], "linecount");
    Iterator<Object> items = Iteration.iterator(value);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Object next() {
        List<Object> batch = new ArrayList<>();
        do {
          runtime.step(1);
          batch.add(items.next());
        } while (items.hasNext() && batch.size() != size);
        fill(runtime, batch, size, arguments[1]);
        return new ListValue(batch);
      }
    };
  }

  private static void fill(Runtime runtime, List<Object> batch, long size, Object filling) {
    if (!Filters.isNone(filling)) {
      Limits.checkItems(size);
      runtime.step(Math.max(0, size - batch.size()));
      while (batch.size() < size) {
        batch.add(filling);
      }
    }
  }

  private static Iterator<Object> slices(Runtime runtime, Object value, Object[] arguments) {
    List<Object> items = Iteration.list(runtime, value);
    long slices = Numbers.index(arguments[0], "slices");
    if (slices == 0) {
      throw Failure.error("integer division or modulo by zero");
    }
    Limits.checkItems(slices);
    List<Object> result = new ArrayList<>();
    long perSlice = items.size() / slices;
    long withExtra = items.size() % slices;
    int start = 0;
    for (long i = 0; i < slices; i++) {
      runtime.step(1);
      int end = (int) (start + perSlice + (i < withExtra ? 1 : 0));
      List<Object> slice = new ArrayList<>(items.subList(start, end));
      if (!Filters.isNone(arguments[1]) && i >= withExtra) {
        slice.add(arguments[1]);
      }
      result.add(new ListValue(slice));
      start = end;
    }
    return result.iterator();
  }

  private static Object groups(Runtime runtime, Object value, Object[] arguments) {
    boolean caseSensitive = Filters.flag(arguments[2]);
    AttributePath path = AttributePath.of(arguments[0], arguments[1]);
    List<Object> items = Iteration.list(runtime, value);
    List<Object> keys = new ArrayList<>();
    items.forEach(item -> keys.add(key(path.get(runtime, item), caseSensitive)));
    List<Object> groups = new ArrayList<>();
    List<Object> group = new ArrayList<>();
    Object last = null;
    for (Object item : Sorting.sorted(runtime, items, keys, false)) {
      Object key = key(path.get(runtime, item), caseSensitive);
      if (last != null && !Equality.equal(runtime, key, last)) {
        groups.add(group(path.get(runtime, group.get(0)), group));
        group = new ArrayList<>();
      }
      group.add(item);
      last = key;
    }
    if (!group.isEmpty()) {
      groups.add(group(path.get(runtime, group.get(0)), group));
    }
    return new ListValue(groups);
  }

  private static Object group(Object grouper, List<Object> items) {
    return new TupleValue(
        List.of(grouper, new ListValue(items)), Mark.TEMPLATE, List.of("grouper", "list"));
  }
}
