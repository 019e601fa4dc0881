package org.tune4j.engine.gguf;

/** Finds the value that a scale is made for. */
final class Farthest {
  private Farthest() {}

  /** The first value of the largest magnitude, with its sign. */
  static float fromZero(float[] values, int from, int count) {
    float farthest = values[from];
    for (int i = from + 1; i < from + count; i++) {
      if (Math.abs(values[i]) > Math.abs(farthest)) {
        farthest = values[i];
      }
    }
    return farthest;
  }
}
