package org.tune4j.engine.preflight;

import org.tune4j.engine.ConfigException;

/**
 * The rows of files.
 *
 * @param all rows that the files hold, the bad ones included
 * @param bad rows that cannot be used
 */
public record FileRows(long all, long bad) {
  /** No file. */
  public static final FileRows NONE = new FileRows(0, 0);

  public FileRows {
    if (bad < 0 || all < bad) {
      throw new ConfigException("of %d rows %d cannot be bad".formatted(all, bad));
    }
  }
}
