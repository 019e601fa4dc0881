package org.tune4j.engine.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Reads JSON strings: escapes undone, UTF-8 strict, half surrogate pairs refused. */
final class JsonString {
  /** What stands in every entry of a header, so that it need not be made anew each time. */
  private static final List<String> WORDS =
      Stream.concat(
              Stream.of("dtype", "shape", "data_offsets"),
              Arrays.stream(StoredType.values()).map(StoredType::name))
          .toList();

  private final HeaderBytes bytes;
  private byte[] text = new byte[256];
  private int length;
  private boolean keep;

  JsonString(HeaderBytes bytes) {
    this.bytes = bytes;
  }

  /** The string whose opening quote was just taken. */
  String read() {
    keep = true;
    length = 0;
    scan();
    for (String word : WORDS) {
      if (word.length() == length && isText(word)) {
        return word;
      }
    }
    return new String(text, 0, length, StandardCharsets.UTF_8);
  }

  private boolean isText(String word) {
    for (int i = 0; i < length; i++) {
      if (text[i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Checks the string whose opening quote was just taken and keeps nothing. */
  void skip() {
    keep = false;
    scan();
  }

  private void scan() {
    for (int c = bytes.next(); c != '"'; c = bytes.next()) {
      if (c == '\\') {
        escape();
      } else if (c < 0x20) {
        throw bytes.fault(c < 0 ? "a string has no end" : "a control character in a string");
      } else if (c < 0x80) {
        append(c);
      } else {
        multiByte(c);
      }
    }
  }

  /** The well-formed sequences of RFC 3629: no overlong forms, no surrogates, up to U+10FFFF. */
  private void multiByte(int lead) {
    int following = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4) {
      throw bytes.fault("a string is not valid UTF-8");
    }
    append(lead);
    int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    for (int i = 0; i < following; i++) {
      int c = bytes.next();
      if (c < low || c > high) {
        throw bytes.fault("a string is not valid UTF-8");
      }
      append(c);
      low = 0x80;
      high = 0xBF;
    }
  }

  private void escape() {
    int c = bytes.next();
    switch (c) {
      case '"', '\\', '/' -> append(c);
      case 'b' -> append('\b');
      case 'f' -> append('\f');
      case 'n' -> append('\n');
      case 'r' -> append('\r');
      case 't' -> append('\t');
      case 'u' -> appendCodePoint(escapedCodePoint());
      default -> throw bytes.fault("an unknown escape in a string");
    }
  }

  private int escapedCodePoint() {
    char first = hexUnit();
    if (!Character.isSurrogate(first)) {
      return first;
    }
    if (Character.isHighSurrogate(first) && bytes.next() == '\\' && bytes.next() == 'u') {
      char second = hexUnit();
      if (Character.isLowSurrogate(second)) {
        return Character.toCodePoint(first, second);
      }
    }
    throw bytes.fault("half of a surrogate pair in a string");
  }

  private char hexUnit() {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      int c = bytes.next();
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw bytes.fault("\\u is not followed by four hexadecimal digits");
      }
      unit = unit * 16 + digit;
    }
    return (char) unit;
  }

  private void appendCodePoint(int codePoint) {
    if (codePoint < 0x80) {
      append(codePoint);
    } else if (codePoint < 0x800) {
      append(0xC0 | codePoint >> 6);
      append(0x80 | codePoint & 0x3F);
    } else if (codePoint < 0x10000) {
      append(0xE0 | codePoint >> 12);
      append(0x80 | codePoint >> 6 & 0x3F);
      append(0x80 | codePoint & 0x3F);
    } else {
      append(0xF0 | codePoint >> 18);
      append(0x80 | codePoint >> 12 & 0x3F);
      append(0x80 | codePoint >> 6 & 0x3F);
      append(0x80 | codePoint & 0x3F);
    }
  }

  private void append(int b) {
    if (!keep) {
      return;
    }
    if (length == text.length) {
      int doubled = Math.max(text.length + 256, Math.min(text.length * 2, bytes.length()));
      text = Arrays.copyOf(text, doubled);
    }
    text[length++] = (byte) b;
  }
}
