package org.tune4j.engine.tokenize.jinja;

import java.util.Arrays;

/** Puts a {@link Text} together; neighbours of the same mark become one run. */
final class TextBuilder {
  private final StringBuilder value = new StringBuilder();
  private int[] ends = new int[4];
  private long[] marks = new long[4];
  private int runs;

  /** The mark that an empty result gets. */
  private long markOfNothing = Mark.TEMPLATE;

  int length() {
    return value.length();
  }

  TextBuilder append(String chars, long mark) {
    return append(chars, 0, chars.length(), mark);
  }

  private TextBuilder append(String chars, int from, int to, long mark) {
    if (from == to) {
      markOfNothing = mark;
      return this;
    }
    Limits.checkLength((long) value.length() + to - from);
    value.append(chars, from, to);
    extendRun(mark);
    return this;
  }

  TextBuilder append(char c, long mark) {
    Limits.checkLength(value.length() + 1L);
    value.append(c);
    extendRun(mark);
    return this;
  }

  TextBuilder appendCodePoint(int codePoint, long mark) {
    Limits.checkLength(value.length() + 2L);
    value.appendCodePoint(codePoint);
    extendRun(mark);
    return this;
  }

  /** Appends one char many times. */
  TextBuilder repeat(char c, long count, long mark) {
    if (count > 0) {
      Limits.checkLength(value.length() + count);
      append(String.valueOf(c).repeat((int) count), mark);
    }
    return this;
  }

  TextBuilder append(Text text) {
    return append(text, 0, text.length());
  }

  TextBuilder append(Text text, int from, int to) {
    if (text.isUniform()) {
      return append(text.value(), from, to, text.mark());
    }
    int start = from;
    for (int run = text.runAt(from); start < to; run++) {
      int end = Math.min(text.runEnd(run), to);
      append(text.value(), start, end, text.runMark(run));
      start = end;
    }
    return this;
  }

  private void extendRun(long mark) {
    if (runs > 0 && marks[runs - 1] == mark) {
      ends[runs - 1] = value.length();
      return;
    }
    if (runs == ends.length) {
      ends = Arrays.copyOf(ends, runs * 2);
      marks = Arrays.copyOf(marks, runs * 2);
    }
    ends[runs] = value.length();
    marks[runs++] = mark;
  }

  Text toText() {
    if (runs == 0) {
      return new Text("", markOfNothing);
    }
    return Text.ofRuns(value.toString(), Arrays.copyOf(ends, runs), Arrays.copyOf(marks, runs));
  }
}
