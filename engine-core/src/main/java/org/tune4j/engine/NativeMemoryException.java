package org.tune4j.engine;

/**
 * The system did not give the native memory that was asked for; says what it was for, how much was
 * asked and what to do. Nothing was changed, and the engine works on.
 */
public class NativeMemoryException extends Tune4jException {
  public NativeMemoryException(String message) {
    super(message);
  }

  public NativeMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
