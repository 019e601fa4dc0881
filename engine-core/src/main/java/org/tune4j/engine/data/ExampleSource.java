package org.tune4j.engine.data;

import java.util.stream.Stream;

/** Gives examples, the same ones in the same order as often as it is asked. */
@FunctionalInterface
public interface ExampleSource {
  /**
   * A new pass over the examples; close it.
   *
   * @throws org.tune4j.engine.DataException from the stream, at its end, if rows cannot be used
   */
  Stream<Example> examples();
}
