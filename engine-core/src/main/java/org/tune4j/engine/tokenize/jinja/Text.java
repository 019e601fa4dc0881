package org.tune4j.engine.tokenize.jinja;

import java.util.Arrays;

/**
 * A Python string that carries a {@link Mark} for every character. Marks are kept as runs; nearly
 * every text is a single run, which costs one long. Equality and hashing see the characters only.
 *
 * <p>Indexes are those of Java chars unless a name says code point, which is what Python counts.
 */
final class Text {
  static final Text EMPTY = new Text("", Mark.TEMPLATE);

  private final String value;
  private final long mark;

  /** Ends of the runs and their marks; null where all characters share {@link #mark}. */
  private final int[] ends;

  private final long[] marks;
  private final boolean markup;

  /** Number of code points, -1 while nobody asked. Benign race: every thread counts the same. */
  private int codePoints = -1;

  private Text(String value, long mark, int[] ends, long[] marks, boolean markup) {
    this.value = value;
    this.mark = mark;
    this.ends = ends;
    this.marks = marks;
    this.markup = markup;
  }

  /** A text of one mark. */
  Text(String value, long mark) {
    this(value, mark, null, null, false);
  }

  /** A text of the template. */
  static Text of(String value) {
    return value.isEmpty() ? EMPTY : new Text(value, Mark.TEMPLATE);
  }

  /** A text of runs; neither array is empty, the last end is the length. */
  static Text ofRuns(String value, int[] ends, long[] marks) {
    return marks.length == 1
        ? new Text(value, marks[0])
        : new Text(value, marks[0], ends, marks, false);
  }

  String value() {
    return value;
  }

  int length() {
    return value.length();
  }

  boolean isEmpty() {
    return value.isEmpty();
  }

  /** Whether this is jinja2's {@code Markup}, which escapes what is added to it. */
  boolean isMarkup() {
    return markup;
  }

  Text asMarkup(boolean wanted) {
    return markup == wanted ? this : new Text(value, mark, ends, marks, wanted);
  }

  /** The mark of all characters, or of the first where they differ; an empty text has one too. */
  long mark() {
    return mark;
  }

  boolean isUniform() {
    return ends == null;
  }

  int runCount() {
    return ends == null ? 1 : ends.length;
  }

  int runEnd(int run) {
    return ends == null ? value.length() : ends[run];
  }

  long runMark(int run) {
    return ends == null ? mark : marks[run];
  }

  /** The run that holds the char at an index. */
  int runAt(int index) {
    if (ends == null) {
      return 0;
    }
    int found = Arrays.binarySearch(ends, index + 1);
    return Math.min(found >= 0 ? found : -found - 1, ends.length - 1);
  }

  long markAt(int index) {
    return runMark(runAt(index));
  }

  long lastMark() {
    return runMark(runCount() - 1);
  }

  /** The chars from {@code from} to before {@code to}. */
  Text slice(int from, int to) {
    if (from == 0 && to == value.length()) {
      return this;
    }
    String part = value.substring(from, to);
    if (ends == null) {
      return new Text(part, mark, null, null, markup);
    }
    int first = runAt(from);
    int last = to > from ? runAt(to - 1) : first;
    if (first == last) {
      return new Text(part, marks[first], null, null, markup);
    }
    int[] partEnds = new int[last - first + 1];
    for (int run = first; run <= last; run++) {
      partEnds[run - first] = Math.min(ends[run], to) - from;
    }
    return new Text(
        part, marks[first], partEnds, Arrays.copyOfRange(marks, first, last + 1), markup);
  }

  /** The same characters as the work of a generation block. */
  Text inGeneration(int generation) {
    long[] inside = marks == null ? null : marks.clone();
    for (int run = 0; inside != null && run < inside.length; run++) {
      inside[run] = Mark.inGeneration(inside[run], generation);
    }
    return new Text(value, Mark.inGeneration(mark, generation), ends, inside, markup);
  }

  Text plus(Text other) {
    if (other.isEmpty()) {
      return asMarkup(false);
    }
    if (isEmpty()) {
      return other.asMarkup(false);
    }
    return new TextBuilder().append(this).append(other).toText();
  }

  /** Number of code points. */
  int codePointCount() {
    if (codePoints < 0) {
      codePoints = value.codePointCount(0, value.length());
    }
    return codePoints;
  }

  /** Index of the char at which a code point begins. */
  int charIndex(int codePoint) {
    return codePointCount() == value.length() ? codePoint : value.offsetByCodePoints(0, codePoint);
  }

  /** How many code points lie before a char. */
  int codePointIndex(int charIndex) {
    return codePointCount() == value.length() ? charIndex : value.codePointCount(0, charIndex);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Text text && value.equals(text.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }
}
