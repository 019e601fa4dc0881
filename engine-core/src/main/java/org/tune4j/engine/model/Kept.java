package org.tune4j.engine.model;

/**
 * A variable of a block's program that forward leaves for backward.
 *
 * @param name in the program's text
 * @param columns numbers that it has for each token
 * @param kind what numbers
 */
record Kept(String name, long columns, Kind kind) {
  private static final int FLOAT = 4;

  /** What numbers, and how large they are. */
  enum Kind {
    /** In the type that the model computes in. */
    COMPUTED,
    /** In at least fp32. */
    STATISTIC,
    LONG,
    BYTE
  }

  static Kept computed(String name, long columns) {
    return new Kept(name, columns, Kind.COMPUTED);
  }

  /** Bytes of a token, in a model that computes with numbers of that size. */
  long bytes(int computed) {
    return columns
        * switch (kind) {
          case COMPUTED -> computed;
          case STATISTIC -> Math.max(FLOAT, computed);
          case LONG -> Long.BYTES;
          case BYTE -> 1;
        };
  }
}
