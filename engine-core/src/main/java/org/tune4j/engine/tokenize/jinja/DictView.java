package org.tune4j.engine.tokenize.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** What {@code keys()}, {@code values()} and {@code items()} of a dict give. */
record DictView(DictValue dict, Part part) {
  /** The part of an entry that a view shows. */
  enum Part {
    KEYS,
    VALUES,
    ITEMS;

    String typeName() {
      return "dict_" + name().toLowerCase(Locale.ROOT);
    }
  }

  Iterator<Object> iterator() {
    Iterator<DictValue.Entry> entries = dict.entries().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public Object next() {
        DictValue.Entry entry = entries.next();
        return switch (part) {
          case KEYS -> entry.key();
          case VALUES -> entry.value();
          case ITEMS -> new TupleValue(List.of(entry.key(), entry.value()), dict.mark());
        };
      }
    };
  }
}
