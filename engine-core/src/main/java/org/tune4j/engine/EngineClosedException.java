package org.tune4j.engine;

/** The engine was closed, or the JVM is shutting down, while work was still being asked of it. */
public class EngineClosedException extends Tune4jException {
  public EngineClosedException(String message) {
    super(message);
  }

  public EngineClosedException(String message, Throwable cause) {
    super(message, cause);
  }
}
