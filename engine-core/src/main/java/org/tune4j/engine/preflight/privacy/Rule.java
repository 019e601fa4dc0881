package org.tune4j.engine.preflight.privacy;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * How a kind of private data is found.
 *
 * @param possible a cheap test of a text; where it fails, the pattern cannot match
 * @param pattern what it looks like
 * @param valid whether something that looks like it is it
 */
record Rule(PrivateKind kind, Possible possible, Pattern pattern, Predicate<String> valid) {
  /** The cheap test. */
  @FunctionalInterface
  interface Possible {
    boolean in(String text, Traits traits);
  }

  Rule(PrivateKind kind, Possible possible, String pattern, Predicate<String> valid) {
    this(kind, possible, Pattern.compile(pattern), valid);
  }
}
