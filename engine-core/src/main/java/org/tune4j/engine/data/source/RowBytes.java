package org.tune4j.engine.data.source;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tune4j.engine.DataException;

/** The bytes of the row that is being read, as far as it is not too long. */
final class RowBytes {
  private static final int FIRST_CAPACITY = 1 << 12;
  private static final char REPLACEMENT = '\uFFFD';

  private final int limit;
  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int length;
  private boolean tooLong;

  RowBytes(int limit) {
    this.limit = limit;
  }

  void clear() {
    length = 0;
    tooLong = false;
  }

  void add(byte[] from, int start, int end) {
    int more = end - start;
    if (tooLong || more > limit - length) {
      tooLong = true;
      return;
    }
    if (more > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(2L * length, length + more)));
    }
    System.arraycopy(from, start, bytes, length, more);
    length += more;
  }

  /** Whether there is nothing but white space. */
  boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (!isSpace(bytes[i])) {
        return false;
      }
    }
    return !tooLong;
  }

  /** Whether there is nothing but the end of a line. */
  boolean isLineEnd() {
    return !tooLong && length <= 2 && isBlank() && bytes[Math.max(length - 1, 0)] == '\n';
  }

  int length() {
    return length;
  }

  static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  /**
   * The text.
   *
   * @throws DataException if it is too long or not UTF-8
   */
  String text() {
    if (tooLong) {
      throw tooLong(limit);
    }
    return text(bytes, 0, length);
  }

  static DataException tooLong(int limit) {
    String size = limit >= 1 << 20 ? (limit >> 20) + " MiB" : limit + " bytes";
    boolean becauseOfTheHeap = limit == Row.MAX_BYTES && limit < Row.MAX_BYTES_OF_ANY_HEAP;
    return new DataException(
        "the row is longer than "
            + size
            + "; cut it or leave it out"
            + (becauseOfTheHeap ? ", or give Java more heap" : ""));
  }

  /**
   * Some bytes as text.
   *
   * @throws DataException if they are not UTF-8
   */
  static String text(byte[] bytes, int start, int end) {
    String text = new String(bytes, start, end - start, StandardCharsets.UTF_8);
    // What cannot be decoded has become a replacement character, which may stand there by itself.
    if (text.indexOf(REPLACEMENT) >= 0) {
      checkUtf8(bytes, start, end);
    }
    return text;
  }

  private static void checkUtf8(byte[] bytes, int start, int end) {
    ByteBuffer in = ByteBuffer.wrap(bytes, start, end - start);
    CoderResult result =
        StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(end - start), true);
    if (result.isError()) {
      int lines = Newlines.count(bytes, start, in.position());
      throw new DataException(
          String.format(
              "not valid UTF-8 (byte 0x%02X%s); save the file as UTF-8",
              bytes[in.position()], lines == 0 ? "" : " in line " + (lines + 1) + " of the row"));
    }
  }
}
