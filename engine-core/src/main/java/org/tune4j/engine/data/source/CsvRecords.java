package org.tune4j.engine.data.source;

/**
 * The records of a CSV text (RFC 4180): lines, but a line feed between quotes belongs to its field.
 * A quote opens only at the beginning of a field, so one within plain text is text.
 */
final class CsvRecords implements Cuts {
  private enum Place {
    FIELD_START,
    PLAIN,
    QUOTED,
    /** Behind a quote that either ends the quoting or stands for a quote with the one after it. */
    QUOTE
  }

  private final ByteInput in;
  private final byte separator;
  private final RowBytes bytes;
  private Place place;
  private long line;

  CsvRecords(ByteInput in, char separator, int maxBytes) {
    this.in = in;
    this.separator = (byte) separator;
    this.bytes = new RowBytes(maxBytes);
  }

  @Override
  public boolean next() {
    bytes.clear();
    line = in.line();
    place = Place.FIELD_START;
    if (in.peek() < 0) {
      return false;
    }
    if (!in.copyUntil(this::behind, bytes) && place == Place.QUOTED) {
      throw in.error(
          "the file ends within quotes that were opened in the record that begins in line "
              + line
              + "; close them there");
    }
    return true;
  }

  private int behind(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = text[i];
      if (place == Place.QUOTED) {
        place = b == '"' ? Place.QUOTE : Place.QUOTED;
      } else if (b == '\n') {
        return i + 1;
      } else if (b == separator) {
        place = Place.FIELD_START;
      } else if (b == '"' && place != Place.PLAIN) {
        place = Place.QUOTED;
      } else {
        place = Place.PLAIN;
      }
    }
    return -1;
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
