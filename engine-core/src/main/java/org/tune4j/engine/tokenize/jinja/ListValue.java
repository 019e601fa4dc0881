package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/** A Python list. */
record ListValue(List<Object> items, long mark) implements SequenceValue {
  ListValue {
    Limits.checkItems(items.size());
  }

  ListValue(List<Object> items) {
    this(items, Mark.TEMPLATE);
  }

  @Override
  public ListValue with(List<Object> other) {
    return new ListValue(other, mark);
  }
}
