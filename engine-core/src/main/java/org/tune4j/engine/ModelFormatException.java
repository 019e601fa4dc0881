package org.tune4j.engine;

/**
 * A model, adapter, tokenizer or checkpoint file is not what it must be; names the file and the
 * field or tensor.
 */
public class ModelFormatException extends Tune4jException {
  public ModelFormatException(String message) {
    super(message);
  }

  public ModelFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
