package org.tune4j.engine.tokenize;

/** The end of a row at which it is padded or cut. */
public enum Side {
  LEFT,
  RIGHT
}
