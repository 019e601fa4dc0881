package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.JsonNode;
import org.tune4j.engine.DataException;

/**
 * The elements of the array that a JSON file is, or of the one array among the fields of the object
 * that it is.
 */
final class JsonElements implements Cuts {
  private final ByteInput in;
  private final RowBytes bytes;
  private long line;

  /** Whether the array is a field, and its name once it was found. */
  private boolean isField;

  private String field;

  private enum Place {
    START,
    FIRST_ELEMENT,
    ELEMENTS,
    BEHIND_ARRAY,
    END
  }

  private Place place = Place.START;

  JsonElements(ByteInput in, int maxBytes) {
    this.in = in;
    this.bytes = new RowBytes(maxBytes);
  }

  @Override
  public boolean next() {
    while (place != Place.END) {
      switch (place) {
        case START -> start();
        case BEHIND_ARRAY -> behindArray();
        default -> {
          if (element()) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private void start() {
    int first = skipSpace();
    if (first < 0) {
      // An empty file has no rows, whatever its format.
      place = Place.END;
    } else if (first == '[') {
      in.next();
      place = Place.FIRST_ELEMENT;
    } else if (first == '{') {
      in.next();
      isField = true;
      fields(true);
    } else {
      throw in.error("found " + shown(first) + ", wanted is a JSON array of objects");
    }
  }

  private void behindArray() {
    if (isField) {
      fields(false);
    } else {
      end();
    }
  }

  /** Moves into the next field that is an array, or to the end. */
  private void fields(boolean first) {
    boolean comma = !first;
    while (skipSpace() != '}') {
      if (comma) {
        want(',');
        skipSpace();
      }
      comma = true;
      if (in.peek() != '"') {
        throw in.error("found " + shown(in.peek()) + ", wanted is the name of a field");
      }
      String name = value().asText();
      skipSpace();
      want(':');
      if (skipSpace() == '[') {
        enter(name);
        return;
      }
      value();
    }
    in.next();
    end();
    if (field == null) {
      throw in.error(
          "an object without a field that is an array; wanted are an array of rows, or an object"
              + " with one, or one row a line in a file named .jsonl");
    }
  }

  private void enter(String name) {
    if (field != null) {
      throw in.error(
          "both field '"
              + field
              + "' and field '"
              + name
              + "' are arrays; write the one with the rows to a file of its own");
    }
    field = name;
    in.next();
    place = Place.FIRST_ELEMENT;
  }

  /** Cuts an element out, or leaves the array. */
  private boolean element() {
    int c = skipSpace();
    if (c == ']') {
      in.next();
      place = Place.BEHIND_ARRAY;
      return false;
    }
    if (place == Place.ELEMENTS) {
      want(',');
      skipSpace();
    }
    place = Place.ELEMENTS;
    line = in.line();
    cut();
    return true;
  }

  /** A name, or the value of a field that is not the array. */
  private JsonNode value() {
    cut();
    try {
      return StrictJson.parse(bytes.text());
    } catch (DataException e) {
      throw in.error(e.getMessage());
    }
  }

  private void cut() {
    int c = in.peek();
    if (c == ',' || c == ']' || c == '}' || c == ':') {
      throw in.error("found " + shown(c) + ", wanted is a value");
    }
    bytes.clear();
    long from = in.line();
    if (!in.copyUntil(new JsonValueBorder(), bytes)) {
      throw in.error(
          "the file ends within the value that begins in line " + from + "; it is cut off");
    }
  }

  private void end() {
    int c = skipSpace();
    if (c >= 0) {
      throw in.error("found " + shown(c) + " behind the end of the JSON value");
    }
    place = Place.END;
  }

  private void want(char wanted) {
    int found = in.next();
    if (found != wanted) {
      throw in.error("found " + shown(found) + ", wanted is '" + wanted + "'");
    }
  }

  private int skipSpace() {
    while (in.peek() >= 0 && RowBytes.isSpace((byte) in.peek())) {
      in.next();
    }
    return in.peek();
  }

  private static String shown(int c) {
    if (c < 0) {
      return "the end of the file";
    }
    return c > ' ' && c < 0x7F ? "'" + (char) c + "'" : String.format("byte 0x%02X", c);
  }

  @Override
  public RowBytes bytes() {
    return bytes;
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public void close() {
    in.close();
  }
}
