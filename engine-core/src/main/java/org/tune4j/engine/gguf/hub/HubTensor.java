package org.tune4j.engine.gguf.hub;

import org.tune4j.engine.gguf.GgufTensorToWrite;

/**
 * A tensor of the hub as memory has it: outputs first, whatever a checkpoint does.
 *
 * @param name on the hub
 * @param rows of a matrix; the size of a vector
 * @param columns of a matrix; 0 for a vector
 * @param numbers its numbers by place, in any order; null where only its shape counts
 */
public record HubTensor(String name, long rows, long columns, GgufTensorToWrite.Numbers numbers) {
  boolean isVector() {
    return columns == 0;
  }

  long[] sizes() {
    return isVector() ? new long[] {rows} : new long[] {rows, columns};
  }

  /** How many numbers a row has. */
  int rowElements() {
    return Math.toIntExact(Math.max(1, columns));
  }

  long elements() {
    return rows * rowElements();
  }
}
