package org.tune4j.engine.data.source;

/** Cuts a text into the texts of its rows. */
interface Cuts extends AutoCloseable {
  /** Moves to the next one; false at the end. */
  boolean next();

  /** Its bytes. */
  RowBytes bytes();

  /** The line that it begins in. */
  long line();

  @Override
  void close();
}
