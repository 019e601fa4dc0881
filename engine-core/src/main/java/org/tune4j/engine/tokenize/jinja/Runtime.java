package org.tune4j.engine.tokenize.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** One rendering: what the template may see, and what it has used of its limits. */
final class Runtime {
  /** Chars that cost as much as one step where a text is copied or compared. */
  private static final int COPIED_PER_STEP = 64;

  /** Chars that cost as much as one step where each of them is looked at. */
  private static final int SCANNED_PER_STEP = 8;

  /** Longest text that is found in no more time than it takes to look at every character. */
  private static final int SHORT = 32;

  /** Comparisons of chars that cost as much as one step. */
  private static final int COMPARED_PER_STEP = 256;

  /** Steps that it costs to write a number that is not a small integer. */
  private static final int STEPS_PER_NUMBER = 200;

  /** Steps that the call of a macro costs besides what it does. */
  private static final int STEPS_PER_CALL = 8;

  /** Steps that an entry of a dict costs. */
  private static final int STEPS_PER_ENTRY = 4;

  private final boolean strict;
  private final Map<String, Object> variables;
  private final Supplier<LocalDateTime> clock;
  private final TextBuilder output = new TextBuilder();
  private final List<Integer> emptyGenerations = new ArrayList<>();
  private long steps;
  private long chars;
  private int depth;
  private int generations;

  /**
   * A rendering.
   *
   * @param strict whether to print what is not there is a failure
   * @param inputSize number of chars and values in the variables
   */
  Runtime(
      boolean strict,
      Map<String, Object> variables,
      long inputSize,
      Supplier<LocalDateTime> clock) {
    this.strict = strict;
    this.variables = variables;
    this.clock = clock;
    this.steps = Limits.MAX_STEPS + Limits.STEPS_PER_INPUT * inputSize;
    this.chars = Limits.MAX_CHARS + Limits.STEPS_PER_INPUT * inputSize;
  }

  /** Whether to print what is not there is a failure. */
  boolean isStrict() {
    return strict;
  }

  /** A variable that the template was given, or a global of the language; null if neither. */
  Object variable(String name) {
    Object value = variables.get(name);
    return value == null ? Globals.ALL.get(name) : value;
  }

  LocalDateTime now() {
    return clock.get();
  }

  /** The whole result, as opposed to what a macro or a block captures. */
  TextBuilder output() {
    return output;
  }

  void step(long count) {
    steps -= count;
    if (steps < 0) {
      throw Failure.error(
          "it takes too many steps (" + Limits.MAX_STEPS + " and more for a large input)");
    }
  }

  /** Counts a text that the template made. */
  Text made(Text text) {
    chars -= text.length();
    if (chars < 0) {
      throw Failure.error("it makes too many texts (" + Limits.MAX_CHARS + " characters and more)");
    }
    copy(text);
    return text;
  }

  /** Counts entries that are put into a dict. */
  void enterInDict(int entries) {
    step((long) entries * STEPS_PER_ENTRY);
  }

  /** Counts a text that is copied or compared. */
  void copy(Text text) {
    step(1 + text.length() / COPIED_PER_STEP);
  }

  /** Counts a text of which every character is looked at. */
  void scan(Text text) {
    step(1 + text.length() / SCANNED_PER_STEP);
  }

  /** Counts the search for one text in another, of which the worst case is the product. */
  void search(Text text, Text part) {
    scan(text);
    if (part.length() > SHORT) {
      step((long) text.length() * part.length() / COMPARED_PER_STEP);
    }
  }

  /** Counts a number that is written with so many digits at most. */
  void writeNumber(long digits) {
    step(STEPS_PER_NUMBER + digits);
  }

  /** Counts the call of a macro, and its depth. */
  void enter(int weight) {
    step(STEPS_PER_CALL);
    depth += weight;
    if (depth > Limits.MAX_DEPTH) {
      throw Failure.error("maximum recursion depth exceeded");
    }
  }

  void leave(int weight) {
    depth -= weight;
  }

  /** The work of a generation block, marked with a number of its own. */
  Text generated(Text text, TextBuilder target) {
    if (text.isEmpty() && target == output) {
      emptyGenerations.add(output.length());
    }
    return text.inGeneration(++generations);
  }

  /** Where in the result generation blocks wrote nothing. */
  List<Integer> emptyGenerations() {
    return emptyGenerations;
  }
}
