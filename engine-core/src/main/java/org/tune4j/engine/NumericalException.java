package org.tune4j.engine;

/** A loss, gradient or weight stopped being finite; names the step and the first bad tensor. */
public class NumericalException extends Tune4jException {
  public NumericalException(String message) {
    super(message);
  }

  public NumericalException(String message, Throwable cause) {
    super(message, cause);
  }
}
