package org.tune4j.engine.data.form;

/** A row's columns do not make an example; the message names the column, but not file and line. */
public final class BadColumnException extends Exception {
  /** The column, what was found there and what is wanted. */
  public BadColumnException(String message) {
    super(message);
  }
}
