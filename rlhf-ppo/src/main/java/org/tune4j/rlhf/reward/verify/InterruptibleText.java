package org.tune4j.rlhf.reward.verify;

import org.tune4j.rlhf.reward.RewardException;

/**
 * A text that a regular expression cannot be stuck in: java.util.regex does not look at interrupts,
 * so the text does when it is read.
 */
record InterruptibleText(CharSequence text) implements CharSequence {
  @Override
  public char charAt(int index) {
    if (Thread.currentThread().isInterrupted()) {
      throw new RewardException("interrupted while a regular expression was matched");
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new InterruptibleText(text.subSequence(start, end));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
