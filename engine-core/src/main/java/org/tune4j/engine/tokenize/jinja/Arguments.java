package org.tune4j.engine.tokenize.jinja;

import java.util.List;
import java.util.Map;

/** What a call passes: values by position and values by name. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  int count() {
    return positional.size() + named.size();
  }

  /** The same call without its first values. */
  Arguments after(int values) {
    return new Arguments(positional.subList(values, positional.size()), named);
  }
}
