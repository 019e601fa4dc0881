package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/** A Python list or tuple. No template can change one once it is made. */
sealed interface SequenceValue permits ListValue, TupleValue {
  List<Object> items();

  /** The mark of its brackets and commas when it is written as text. */
  long mark();

  /** A sequence of the same kind and mark. */
  SequenceValue with(List<Object> items);
}
