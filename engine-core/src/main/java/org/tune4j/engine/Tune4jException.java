package org.tune4j.engine;

/**
 * Root of every exception that tune4j throws on purpose. The message says what was being done, what
 * was wanted, what was found and where, and what to do next.
 */
public abstract class Tune4jException extends RuntimeException {
  protected Tune4jException(String message) {
    super(message);
  }

  protected Tune4jException(String message, Throwable cause) {
    super(message, cause);
  }
}
