package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/**
 * A Python tuple.
 *
 * @param names attributes under which the items can be had too; empty for a plain tuple
 */
record TupleValue(List<Object> items, long mark, List<String> names) implements SequenceValue {
  TupleValue {
    Limits.checkItems(items.size());
  }

  TupleValue(List<Object> items, long mark) {
    this(items, mark, List.of());
  }

  TupleValue(List<Object> items) {
    this(items, Mark.TEMPLATE);
  }

  @Override
  public TupleValue with(List<Object> other) {
    return new TupleValue(other, mark);
  }
}
