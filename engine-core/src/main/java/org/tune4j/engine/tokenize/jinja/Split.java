package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Ways to cut a string into several. */
final class Split {
  private Split() {}

  /**
   * {@code split}.
   *
   * @param separator null for runs of white space
   * @param most number of cuts, negative for all
   */
  static List<Object> fromLeft(Text text, Text separator, long most) {
    return separator == null ? words(text, most) : parts(text, separator(separator), most);
  }

  /** {@code rsplit}. */
  static List<Object> fromRight(Text text, Text separator, long most) {
    if (most < 0) {
      return fromLeft(text, separator, most);
    }
    List<Object> parts =
        separator == null
            ? wordsFromRight(text, most)
            : partsFromRight(text, separator(separator), most);
    Collections.reverse(parts);
    return parts;
  }

  private static String separator(Text separator) {
    if (separator.isEmpty()) {
      throw Failure.error("empty separator");
    }
    return separator.value();
  }

  private static List<Object> parts(Text text, String separator, long most) {
    List<Object> parts = new ArrayList<>();
    int from = 0;
    int at = text.value().indexOf(separator);
    while (at >= 0 && parts.size() != most) {
      add(parts, text.slice(from, at));
      from = at + separator.length();
      at = text.value().indexOf(separator, from);
    }
    add(parts, text.slice(from, text.length()));
    return parts;
  }

  private static List<Object> partsFromRight(Text text, String separator, long most) {
    List<Object> parts = new ArrayList<>();
    int to = text.length();
    int at = text.value().lastIndexOf(separator);
    while (at >= 0 && parts.size() != most) {
      add(parts, text.slice(at + separator.length(), to));
      to = at;
      at =
          at < separator.length()
              ? -1
              : text.value().lastIndexOf(separator, at - separator.length());
    }
    add(parts, text.slice(0, to));
    return parts;
  }

  private static List<Object> words(Text text, long most) {
    List<Object> words = new ArrayList<>();
    int at = skip(text, 0, true);
    while (at < text.length()) {
      int end = words.size() == most ? text.length() : skip(text, at, false);
      add(words, text.slice(at, end));
      at = skip(text, end, true);
    }
    return words;
  }

  private static int skip(Text text, int from, boolean spaces) {
    String value = text.value();
    int at = from;
    while (at < value.length() && Characters.isSpace(value.codePointAt(at)) == spaces) {
      at += Character.charCount(value.codePointAt(at));
    }
    return at;
  }

  private static List<Object> wordsFromRight(Text text, long most) {
    List<Object> words = new ArrayList<>();
    int end = skipBack(text, text.length(), true);
    while (end > 0) {
      int start = words.size() == most ? 0 : skipBack(text, end, false);
      add(words, text.slice(start, end));
      end = skipBack(text, start, true);
    }
    return words;
  }

  private static int skipBack(Text text, int from, boolean spaces) {
    String value = text.value();
    int at = from;
    while (at > 0 && Characters.isSpace(value.codePointBefore(at)) == spaces) {
      at -= Character.charCount(value.codePointBefore(at));
    }
    return at;
  }

  /** {@code splitlines}. */
  static List<Object> lines(Text text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    String value = text.value();
    int from = 0;
    int at = 0;
    while (at < value.length()) {
      char c = value.charAt(at++);
      if (Characters.isLineBreak(c)) {
        int end = at - 1;
        if (c == '\r' && at < value.length() && value.charAt(at) == '\n') {
          at++;
        }
        add(lines, text.slice(from, keepEnds ? at : end));
        from = at;
      }
    }
    if (from < value.length()) {
      add(lines, text.slice(from, value.length()));
    }
    return lines;
  }

  /** {@code partition}: before the separator, the separator, and what follows. */
  static TupleValue partition(Text text, Text separator) {
    int at = text.value().indexOf(separator(separator));
    return at < 0
        ? new TupleValue(List.of(text, text.slice(0, 0), text.slice(0, 0)))
        : around(text, at, separator);
  }

  /** {@code rpartition}. */
  static TupleValue partitionFromRight(Text text, Text separator) {
    int at = text.value().lastIndexOf(separator(separator));
    return at < 0
        ? new TupleValue(List.of(text.slice(0, 0), text.slice(0, 0), text))
        : around(text, at, separator);
  }

  private static TupleValue around(Text text, int at, Text separator) {
    int end = at + separator.length();
    return new TupleValue(
        List.of(text.slice(0, at), text.slice(at, end), text.slice(end, text.length())));
  }

  private static void add(List<Object> parts, Text part) {
    Limits.checkItems(parts.size() + 1L);
    parts.add(part);
  }
}
