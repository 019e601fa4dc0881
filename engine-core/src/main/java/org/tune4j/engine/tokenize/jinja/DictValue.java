package org.tune4j.engine.tokenize.jinja;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A Python dict: keys that are equal in Python are one key, whatever their type, and the first
 * spelling stays. Filled while it is made, never changed afterwards.
 */
final class DictValue {
  /** A key as it was given, and its value. */
  record Entry(Object key, Object value) {}

  private final Map<Object, Entry> entries = new LinkedHashMap<>();
  private final long mark;

  DictValue(long mark) {
    this.mark = mark;
  }

  DictValue() {
    this(Mark.TEMPLATE);
  }

  /** The mark of its braces, colons and commas when it is written as text. */
  long mark() {
    return mark;
  }

  DictValue put(Object key, Object value) {
    Object identity = Equality.key(key);
    Entry old = entries.get(identity);
    entries.put(identity, new Entry(old == null ? key : old.key(), value));
    Limits.checkItems(entries.size());
    return this;
  }

  DictValue putAll(DictValue other) {
    other.entries().forEach(entry -> put(entry.key(), entry.value()));
    return this;
  }

  /** The value of a key, or null. */
  Object get(Object key) {
    return valueOf(entries.get(Equality.key(key)));
  }

  /** The value of a key that is a string, or null. */
  Object get(String key) {
    return valueOf(entries.get(key));
  }

  private static Object valueOf(Entry entry) {
    return entry == null ? null : entry.value();
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  int size() {
    return entries.size();
  }
}
