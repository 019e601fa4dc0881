package org.tune4j.engine.objective;

/** The token by whose hidden vector a task head judges a text. */
public enum JudgedToken {
  /** The first, as encoders have it: {@code [CLS]}. */
  FIRST,
  /** The last, as decoders have it: the only one that has read all others. */
  LAST;

  /**
   * The place of that token in each document of a flat batch.
   *
   * @param lengths {@code [documents]}
   */
  int[] rows(int[] lengths) {
    int[] rows = new int[lengths.length];
    int start = 0;
    for (int d = 0; d < lengths.length; d++) {
      rows[d] = this == FIRST ? start : start + lengths[d] - 1;
      start += lengths[d];
    }
    return rows;
  }
}
