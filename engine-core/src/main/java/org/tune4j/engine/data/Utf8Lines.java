package org.tune4j.engine.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The lines of a text file, each decoded on its own so that a bad byte is blamed on its line. Lines
 * end with LF or CR LF and with nothing else.
 */
final class Utf8Lines implements AutoCloseable {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long number;

  Utf8Lines(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** Moves to the next line; false at the end of the file. */
  boolean next() throws IOException {
    line.reset();
    int b = in.read();
    if (b < 0) {
      return false;
    }
    for (; b >= 0 && b != '\n'; b = in.read()) {
      line.write(b);
    }
    number++;
    return true;
  }

  /** Number of the line, from 1. */
  long number() {
    return number;
  }

  /** The line without its end. */
  String text() throws BadRowException {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(line.toByteArray()))
              .toString();
      return number == 1 && text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new BadRowException("the line is not valid UTF-8; save the file as UTF-8");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
