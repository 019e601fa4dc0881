package org.tune4j.engine;

/**
 * A fault of tune4j itself, never of its user: please report it with the message and the stack
 * trace.
 */
public class EngineBugException extends Tune4jException {
  public EngineBugException(String message) {
    super(message);
  }

  public EngineBugException(String message, Throwable cause) {
    super(message, cause);
  }
}
