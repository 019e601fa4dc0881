package org.tune4j.engine.tokenize.jinja;

/** Looking for one string in another; places are counted in code points. */
final class Search {
  private Search() {}

  /**
   * The part of a text in which a method looks.
   *
   * @param offset code points before it
   */
  private record Window(String chars, long offset, boolean valid) {
    static Window of(Text text, Object start, Object end) {
      int size = text.codePointCount();
      long from = place(start, 0, size);
      long to = Math.min(place(end, size, size), size);
      if (from > to) {
        return new Window("", from, false);
      }
      int first = text.charIndex((int) from);
      int last = text.charIndex((int) to);
      return new Window(text.value().substring(first, last), from, true);
    }

    private static long place(Object value, long otherwise, int size) {
      if (value == null || value == None.NONE) {
        return otherwise;
      }
      long index = Numbers.index(value, "index");
      return index < 0 ? Math.max(0, Math.max(index, -size) + size) : index;
    }
  }

  /** Place of the first, or of the last, occurrence; -1 if there is none. */
  static long find(Text text, Text part, boolean last, Object start, Object end) {
    Window window = Window.of(text, start, end);
    int at =
        !window.valid()
            ? -1
            : last
                ? window.chars().lastIndexOf(part.value())
                : window.chars().indexOf(part.value());
    return at < 0 ? -1 : window.offset() + window.chars().codePointCount(0, at);
  }

  /** As {@link #find}, where not to find it is an error. */
  static long index(Text text, Text part, boolean last, Object start, Object end) {
    long at = find(text, part, last, start, end);
    if (at < 0) {
      throw Failure.error("substring not found");
    }
    return at;
  }

  /** Number of occurrences that do not overlap. */
  static long count(Text text, Text part, Object start, Object end) {
    Window window = Window.of(text, start, end);
    if (!window.valid()) {
      return 0;
    }
    String chars = window.chars();
    if (part.isEmpty()) {
      return chars.codePointCount(0, chars.length()) + 1L;
    }
    long count = 0;
    for (int at = chars.indexOf(part.value());
        at >= 0;
        at = chars.indexOf(part.value(), at + part.length())) {
      count++;
    }
    return count;
  }

  /**
   * {@code startswith} and {@code endswith}.
   *
   * @param wanted a string, or a tuple of which one is enough
   */
  static boolean touches(Text text, Object wanted, boolean atEnd, Object start, Object end) {
    if (wanted instanceof TupleValue tuple) {
      for (Object one : tuple.items()) {
        if (touches(text, one, atEnd, start, end)) {
          return true;
        }
      }
      return false;
    }
    if (!(wanted instanceof Text part)) {
      throw Failure.error(
          (atEnd ? "endswith" : "startswith")
              + " first arg must be str or a tuple of str, not "
              + TypeName.of(wanted));
    }
    Window window = Window.of(text, start, end);
    return window.valid()
        && (atEnd
            ? window.chars().endsWith(part.value())
            : window.chars().startsWith(part.value()));
  }
}
