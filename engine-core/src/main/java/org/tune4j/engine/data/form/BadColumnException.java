package org.tune4j.engine.data.form;

/** A row's columns do not make an example; the message names the column, but not file and line. */
public final class BadColumnException extends Exception {
  BadColumnException(String message) {
    super(message);
  }
}
