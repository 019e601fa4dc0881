package org.tune4j.engine;

/** Text of a stranger's file, cut to a length that a message can carry. */
public final class Shortened {
  private static final int LIMIT = 120;

  private Shortened() {}

  /** The first {@value #LIMIT} characters, and a sign that more was there. */
  public static String text(Object value) {
    String text = String.valueOf(value);
    return text.length() <= LIMIT ? text : text.substring(0, LIMIT) + "...";
  }
}
