package org.tune4j.engine.data;

import java.util.Optional;

/** Examples that are encoded when they are asked for, by any thread and as often as wanted. */
public interface ExampleRows {
  /** Number of rows. */
  int size();

  /**
   * A row's example, or nothing if it cannot be learned from.
   *
   * @throws org.tune4j.engine.DataException if the row cannot be used and that is not to be passed
   *     over
   */
  Optional<EncodedExample> example(int row);
}
