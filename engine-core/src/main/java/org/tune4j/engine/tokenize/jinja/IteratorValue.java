package org.tune4j.engine.tokenize.jinja;

import java.util.Iterator;
import java.util.function.Supplier;

/**
 * A Python iterator or generator: it can be walked once.
 *
 * @param items what is left of it
 * @param typeName what Python calls it, for its text form
 */
record IteratorValue(Iterator<Object> items, String typeName) {
  /** A generator, which does nothing before somebody asks for its first item. */
  static IteratorValue generator(Supplier<Iterator<Object>> start) {
    return new IteratorValue(
        new Iterator<>() {
          private Iterator<Object> started;

          private Iterator<Object> started() {
            started = started == null ? start.get() : started;
            return started;
          }

          @Override
          public boolean hasNext() {
            return started().hasNext();
          }

          @Override
          public Object next() {
            return started().next();
          }
        },
        "generator");
  }
}
