package org.tune4j.engine.tokenize.jinja;

/**
 * Where a character of a rendered text comes from. Numbers from 0 on are the caller's: a chat gives
 * the index of the message.
 */
public final class Origin {
  /** Written by the template, or by a variable that is trusted as much. */
  public static final int TEMPLATE = -1;

  /** Input that belongs to none of the caller's numbers. */
  public static final int INPUT = -2;

  private Origin() {}
}
