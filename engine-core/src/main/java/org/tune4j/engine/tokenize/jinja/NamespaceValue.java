package org.tune4j.engine.tokenize.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one thing that a template can change: {@code namespace(...)}. */
final class NamespaceValue {
  private final Map<String, Object> attributes = new LinkedHashMap<>();

  /** The value of an attribute, or null. */
  Object get(String name) {
    return attributes.get(name);
  }

  void set(String name, Object value) {
    if (name.startsWith("_")) {
      throw Failure.error(
          "Chat templates cannot store underscore-prefixed attributes on a namespace, but got '"
              + name
              + "'. Please rename the attribute.");
    }
    attributes.put(name, value);
    Limits.checkItems(attributes.size());
  }

  Map<String, Object> attributes() {
    return attributes;
  }
}
