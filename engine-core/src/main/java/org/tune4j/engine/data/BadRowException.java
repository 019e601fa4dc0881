package org.tune4j.engine.data;

/** One row cannot be used; the message names the field but not file and line. Never leaves here. */
final class BadRowException extends Exception {
  BadRowException(String message) {
    super(message);
  }
}
