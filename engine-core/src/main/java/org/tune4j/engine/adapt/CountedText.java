package org.tune4j.engine.adapt;

import org.tune4j.engine.ConfigException;

/**
 * A text that a regular expression may look at only so often: an expression from a stranger's file
 * can try more ways through a short name than the universe has time for.
 */
record CountedText(String text, String expression, int[] looks) implements CharSequence {
  private static final int MOST_LOOKS = 100_000;

  CountedText(String text, String expression) {
    this(text, expression, new int[1]);
  }

  @Override
  public char charAt(int index) {
    if (++looks[0] > MOST_LOOKS) {
      throw new ConfigException(
          "target_modules or a pattern: regular expression '"
              + expression
              + "' needs more than "
              + MOST_LOOKS
              + " steps on '"
              + text
              + "'; repeat nothing that is itself repeated");
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }
}
