package org.tune4j.engine;

/** A row of training or evaluation data cannot be used; names the file, the line and the field. */
public class DataException extends Tune4jException {
  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
