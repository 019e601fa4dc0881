package org.tune4j.engine.data;

import org.tune4j.engine.ConfigException;

/**
 * The place of a batch in a run.
 *
 * @param epoch from 0
 * @param window from 0 in each epoch
 * @param batch from 0 in each window
 */
public record BatchCursor(int epoch, int window, int batch) {
  /** The first batch of a run. */
  public static final BatchCursor START = new BatchCursor(0, 0, 0);

  public BatchCursor {
    if (epoch < 0 || window < 0 || batch < 0) {
      throw new ConfigException("no batch has the place " + epoch + ", " + window + ", " + batch);
    }
  }
}
