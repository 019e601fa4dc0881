package org.tune4j.engine.checkpoint;

import org.tune4j.engine.ModelFormatException;

/**
 * Walks through JSON text token by token with the rules of the reference reader (serde_json):
 * nesting of at most 127, no comments, no trailing commas, strict UTF-8, no lone surrogates,
 * numbers within the range of a double. A general JSON library differs in one or the other of
 * these, and would keep the whole tree.
 */
final class JsonCursor {
  private static final int MAX_DEPTH = 127;

  private final HeaderBytes bytes;
  private final JsonString strings;
  private int depth;

  JsonCursor(HeaderBytes bytes) {
    this.bytes = bytes;
    this.strings = new JsonString(bytes);
  }

  /** The first byte of the next token, which is not taken, or -1 at the end. */
  int peekToken() {
    int c = bytes.peek();
    while (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      bytes.next();
      c = bytes.peek();
    }
    return c;
  }

  void expectEnd() {
    if (peekToken() != -1) {
      throw bytes.fault("something follows the closing brace");
    }
  }

  void openObject() {
    open('{', "an object");
  }

  void openArray() {
    open('[', "an array");
  }

  private void open(char bracket, String what) {
    if (peekToken() != bracket) {
      throw bytes.fault("expected " + what);
    }
    bytes.next();
    if (++depth > MAX_DEPTH) {
      throw bytes.fault("values are nested more than " + MAX_DEPTH + " deep");
    }
  }

  /** The name of the open object's next member, or null at the object's end. */
  String nextName(boolean first) {
    if (!nextIn('}', first)) {
      return null;
    }
    String name = string("a name");
    colon();
    return name;
  }

  /** Whether the open array has one more element, which is then next; closes it otherwise. */
  boolean nextElement(boolean first) {
    return nextIn(']', first);
  }

  private boolean nextIn(char closing, boolean first) {
    int c = peekToken();
    if (c == closing) {
      bytes.next();
      depth--;
      return false;
    }
    if (!first) {
      if (c != ',') {
        throw bytes.fault("expected ',' or '" + closing + "'");
      }
      bytes.next();
      peekToken();
    }
    return true;
  }

  private void colon() {
    if (peekToken() != ':') {
      throw bytes.fault("expected ':' after a name");
    }
    bytes.next();
  }

  /** The next token, which must be a string; {@code what} names it in the error. */
  String string(String what) {
    if (peekToken() != '"') {
      throw bytes.fault("expected " + what + " in double quotes");
    }
    bytes.next();
    return strings.read();
  }

  void nullValue() {
    peekToken();
    literal("null");
  }

  private void literal(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (bytes.next() != word.charAt(i)) {
        throw bytes.fault("expected a value");
      }
    }
  }

  /** The next token, which must be a whole number from 0 to 2^64 - 1 written as plain digits. */
  long unsignedLong() {
    int c = peekToken();
    if (c < '0' || c > '9') {
      throw bytes.fault("expected a whole number that is not negative");
    }
    long value = bytes.next() - '0';
    boolean leadingZero = value == 0;
    for (c = bytes.peek(); c >= '0' && c <= '9'; c = bytes.peek()) {
      if (leadingZero) {
        throw bytes.fault("a number starts with 0");
      }
      int digit = bytes.next() - '0';
      if (JsonNumber.overflows(value, digit)) {
        throw bytes.fault("a number exceeds 2^64 - 1");
      }
      value = value * 10 + digit;
    }
    if (c == '.' || c == 'e' || c == 'E') {
      throw bytes.fault("expected a whole number, found a fraction or an exponent");
    }
    return value;
  }

  /** Takes a value of any kind, checks it and forgets it. */
  void skipValue() {
    switch (peekToken()) {
      case '{' -> {
        openObject();
        for (boolean first = true; nextIn('}', first); first = false) {
          skipString();
          colon();
          skipValue();
        }
      }
      case '[' -> {
        openArray();
        for (boolean first = true; nextElement(first); first = false) {
          skipValue();
        }
      }
      case '"' -> skipString();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> JsonNumber.skip(bytes);
    }
  }

  private void skipString() {
    if (bytes.next() != '"') {
      throw bytes.fault("expected a name in double quotes");
    }
    strings.skip();
  }

  ModelFormatException fault(String problem) {
    return bytes.fault(problem);
  }
}
