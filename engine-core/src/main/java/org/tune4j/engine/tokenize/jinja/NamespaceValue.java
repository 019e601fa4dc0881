package org.tune4j.engine.tokenize.jinja;

/** The one thing that a template can change: {@code namespace(...)}. */
final class NamespaceValue {
  private final java.util.Map<String, Object> attributes = new java.util.LinkedHashMap<>();

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

  java.util.Map<String, Object> attributes() {
    return attributes;
  }
}
