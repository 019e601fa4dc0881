package org.tune4j.engine;

/**
 * A file or folder could not be read or written for a reason that lies outside its content: disk
 * full, missing rights, a path that vanished; names the path and what was being done.
 */
public class StorageException extends Tune4jException {
  public StorageException(String message) {
    super(message);
  }

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
