package org.tune4j.engine.checkpoint;

/** Text of a stranger's file, cut to a length that a message can carry. */
final class Shortened {
  private static final int LIMIT = 120;

  private Shortened() {}

  static String text(String text) {
    return text.length() <= LIMIT ? text : text.substring(0, LIMIT) + "...";
  }
}
