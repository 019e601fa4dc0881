package org.tune4j.engine.tokenize.jinja;

/**
 * How much a template may use. Real chats stay far below; a template that needs more is an attack
 * or a mistake.
 */
final class Limits {
  /** Longest source, in chars. */
  static final int MAX_SOURCE = 1 << 18;

  /** Variables of one block. */
  static final int MAX_NAMES = 1000;

  /** Deepest nesting of blocks and expressions in a source. */
  static final int MAX_NESTING = 200;

  /** Nested calls of macros and recursive loops, weighted with the nesting of what they run. */
  static final int MAX_DEPTH = 1500;

  /** Deepest nesting of a value. */
  static final int MAX_VALUE_DEPTH = 500;

  /** Longest text, the whole result included, in chars. */
  static final int MAX_TEXT = 1 << 24;

  /** Longest list. */
  static final int MAX_ITEMS = 1_000_000;

  /** Longest range, as jinja2's sandbox has it. */
  static final int MAX_RANGE = 100_000;

  /** Largest integer. */
  static final int MAX_BITS = 1 << 11;

  /** Steps of a whole rendering, for an input of no size. */
  static final long MAX_STEPS = 4_000_000;

  /** Further steps for each char and each value of the input. */
  static final long STEPS_PER_INPUT = 8;

  /** Chars of all texts that a rendering makes on its way. */
  static final long MAX_CHARS = 1L << 28;

  private Limits() {}

  static void checkLength(long chars) {
    if (chars > MAX_TEXT) {
      throw Failure.error("a text of more than " + MAX_TEXT + " characters");
    }
  }

  static void checkItems(long items) {
    if (items > MAX_ITEMS) {
      throw Failure.error("a list of more than " + MAX_ITEMS + " items");
    }
  }

  static void checkBits(long bits) {
    if (bits > MAX_BITS) {
      throw Failure.error("an integer of more than " + MAX_BITS + " bits");
    }
  }

  static void checkDepth(int depth) {
    if (depth > MAX_VALUE_DEPTH) {
      throw Failure.error("a value nested more than " + MAX_VALUE_DEPTH + " deep");
    }
  }
}
