package org.tune4j.engine.tokenize.jinja;

import java.util.HashMap;
import java.util.Map;

/** All filters by name. */
final class Filters {
  static final Map<String, Filter> ALL;

  static {
    Map<String, Filter> all = new HashMap<>();
    TextFilters.addTo(all);
    NumberFilters.addTo(all);
    SequenceFilters.addTo(all);
    SelectionFilters.addTo(all);
    ALL = Map.copyOf(all);
  }

  private Filters() {}

  static Object apply(Runtime runtime, String name, Object value, Arguments arguments) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw Failure.error("No filter named '" + name + "' found.");
    }
    runtime.step(1);
    return filter.apply(runtime, value, arguments);
  }

  static void add(Map<String, Filter> all, String signature, Filter.Body body) {
    Signature parsed = Signature.of(signature);
    all.put(parsed.name(), Filter.of(parsed, body));
  }

  /** An argument that is a flag; one that is left out counts as false. */
  static boolean flag(Object argument) {
    return argument != null && Truth.of(argument);
  }

  /** Whether an argument was left out or is None. */
  static boolean isNone(Object argument) {
    return argument == null || argument == None.NONE;
  }
}
