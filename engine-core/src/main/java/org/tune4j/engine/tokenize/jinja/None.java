package org.tune4j.engine.tokenize.jinja;

/** Python's {@code None}. */
enum None {
  NONE
}
