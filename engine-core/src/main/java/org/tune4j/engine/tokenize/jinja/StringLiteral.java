package org.tune4j.engine.tokenize.jinja;

/** What stands between quotes, with Python's escapes. */
final class StringLiteral {
  private final String text;
  private final int line;
  private final StringBuilder result = new StringBuilder();
  private int at;

  private StringLiteral(String text, int line) {
    this.text = text;
    this.line = line;
  }

  static String unescape(String text, int line) {
    return text.indexOf('\\') < 0 ? text : new StringLiteral(text, line).unescape();
  }

  private String unescape() {
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c != '\\') {
        result.append(c);
      } else if (at == text.length()) {
        throw Failure.syntax("\\ at end of string", line);
      } else {
        escape(text.codePointAt(at));
      }
    }
    return result.toString();
  }

  private void escape(int c) {
    at += Character.charCount(c);
    switch (c) {
      case 'n' -> result.append('\n');
      case 't' -> result.append('\t');
      case 'r' -> result.append('\r');
      case 'a' -> result.append('\u0007');
      case 'b' -> result.append('\b');
      case 'f' -> result.append('\f');
      case 'v' -> result.append('\u000B');
      case '\\', '\'', '"' -> result.append((char) c);
      case '\n' -> {}
      case 'x' -> hexadecimal("\\xXX", 2);
      case 'u' -> hexadecimal("\\uXXXX", 4);
      case 'U' -> hexadecimal("\\UXXXXXXXX", 8);
      case 'N' -> named();
      default -> other(c);
    }
  }

  private void other(int c) {
    if (c >= '0' && c <= '7') {
      int value = c - '0';
      for (int i = 0; i < 2 && at < text.length() && isOctal(text.charAt(at)); i++) {
        value = value * 8 + text.charAt(at++) - '0';
      }
      result.appendCodePoint(value);
    } else if (c < 128) {
      result.append('\\').append((char) c);
    } else {
      // jinja2 writes characters beyond ASCII as escapes first, which the backslash then undoes.
      result.append(Characters.numericEscape(c));
    }
  }

  private static boolean isOctal(char c) {
    return c >= '0' && c <= '7';
  }

  private void hexadecimal(String form, int digits) {
    int end = at + digits;
    int value = 0;
    for (; at < end; at++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0 || text.charAt(at) > 127) {
        throw Failure.syntax("truncated " + form + " escape", line);
      }
      value = value * 16 + digit;
    }
    if (!Character.isValidCodePoint(value)) {
      throw Failure.syntax("illegal Unicode character", line);
    }
    result.appendCodePoint(value);
  }

  private void named() {
    int end = text.indexOf('}', at);
    if (end < 0 || text.charAt(at) != '{') {
      throw Failure.syntax("malformed \\N character escape", line);
    }
    try {
      result.appendCodePoint(Character.codePointOf(text.substring(at + 1, end)));
    } catch (IllegalArgumentException e) {
      throw Failure.syntax("unknown Unicode character name", line);
    }
    at = end + 1;
  }
}
