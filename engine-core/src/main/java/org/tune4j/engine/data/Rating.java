package org.tune4j.engine.data;

/** What somebody thinks of an answer. */
public enum Rating {
  /** Nothing: it is not said. */
  NONE,
  /** It is a good one, or the better one of two. */
  CHOSEN,
  /** It is a bad one, or the worse one of two. */
  REJECTED
}
