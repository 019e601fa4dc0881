package org.tune4j.engine.data;

import org.tune4j.engine.data.form.BadColumnException;

/** Turns examples into what is learned; may be used by several threads. */
@FunctionalInterface
public interface RowEncoder {
  /**
   * Encodes an example.
   *
   * @throws BadColumnException if the row cannot be used; it is counted, and the others can
   */
  Encoded encode(Example example) throws BadColumnException;
}
