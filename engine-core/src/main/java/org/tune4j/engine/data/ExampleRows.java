package org.tune4j.engine.data;

import java.util.Optional;

/** Examples that are encoded when they are asked for, by any thread and as often as wanted. */
public interface ExampleRows {
  /** Number of rows. */
  int size();

  /** A row's example, or nothing if it cannot be learned from or cannot be used. */
  Optional<EncodedExample> example(int row);

  /**
   * To be called when a number of rows have been asked for.
   *
   * @throws org.tune4j.engine.DataException if some of them cannot be used and are not to be
   *     skipped
   */
  default void checkBadRows() {}
}
