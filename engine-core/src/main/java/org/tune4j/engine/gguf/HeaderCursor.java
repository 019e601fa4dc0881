package org.tune4j.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.checkpoint.UnchangingFile;

/**
 * Reads a header from its start, through a small window. Nothing is read, and no memory is taken
 * for it, before it is certain that the file has that many bytes left.
 */
final class HeaderCursor {
  private static final int WINDOW = 1 << 16;

  /** Not said in the file: a header ends where its last entry does. */
  static final int MOST_BYTES = 100_000_000;

  private final UnchangingFile file;
  private final long end;
  private final ByteBuffer window;
  private long loaded;
  private String kind = "the header";
  private String name;

  HeaderCursor(UnchangingFile file) {
    this.file = file;
    this.end = Math.min(file.length(), MOST_BYTES);
    this.window =
        ByteBuffer.allocate((int) Math.min(end, WINDOW)).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  /** Says for errors what is being read from here on. */
  void enter(String kind, String name) {
    this.kind = kind;
    this.name = name;
  }

  /** Where the next byte lies in the file. */
  long position() {
    return loaded - window.remaining();
  }

  byte int8() {
    need(1);
    return window.get();
  }

  short int16() {
    need(2);
    return window.getShort();
  }

  int int32() {
    need(4);
    return window.getInt();
  }

  long int64() {
    need(8);
    return window.getLong();
  }

  float float32() {
    return Float.intBitsToFloat(int32());
  }

  double float64() {
    return Double.longBitsToDouble(int64());
  }

  boolean flag() {
    byte value = int8();
    if (value != 0 && value != 1) {
      throw fault("found a BOOL of " + (value & 0xFF) + ", wanted 0 or 1");
    }
    return value == 1;
  }

  /**
   * A number of things that follow.
   *
   * @param leastBytes how many bytes each has at least
   * @param most how many there may be
   * @param what they are
   */
  int count(int leastBytes, int most, String what) {
    long count = int64();
    long room = Math.min(left() / leastBytes, most);
    if (count < 0 || count > room) {
      throw fault(
          "found "
              + Long.toUnsignedString(count)
              + " "
              + what
              + ", wanted at most "
              + room
              + (room == most ? "" : ", for which there are bytes left"));
    }
    return (int) count;
  }

  /**
   * A text in UTF-8 behind its length.
   *
   * @param mostBytes how long it may be
   * @param what its bytes are, for errors
   */
  String text(int mostBytes, String what) {
    int length = count(1, mostBytes, what);
    if (length > window.capacity()) {
      byte[] bytes = new byte[length];
      for (int at = 0; at < length; at += window.capacity()) {
        int part = Math.min(window.capacity(), length - at);
        need(part);
        window.get(bytes, at, part);
      }
      return decoded(bytes, 0, length);
    }
    need(length);
    String text = decoded(window.array(), window.position(), length);
    window.position(window.position() + length);
    return text;
  }

  private String decoded(byte[] bytes, int from, int length) {
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      byte[] again = text.getBytes(StandardCharsets.UTF_8);
      if (!Arrays.equals(again, 0, again.length, bytes, from, from + length)) {
        throw fault("found a text that is not UTF-8: '" + Shortened.text(text) + "'");
      }
    }
    return text;
  }

  private long left() {
    return end - position();
  }

  /** Makes sure that so many bytes lie in the window, which is large enough for them. */
  private void need(int bytes) {
    if (window.remaining() >= bytes) {
      return;
    }
    if (left() < bytes) {
      throw fault(
          end < file.length()
              ? "the header goes on beyond " + MOST_BYTES + " bytes"
              : "the file ends here, " + bytes + " bytes are wanted and " + left() + " are left");
    }
    window.compact();
    window.limit((int) Math.min(window.capacity(), window.position() + end - loaded));
    int wanted = window.remaining();
    file.read(window, loaded, "the header");
    loaded += wanted;
    window.flip();
  }

  /** A fault of what is being read. */
  ModelFormatException fault(String problem) {
    return new ModelFormatException(
        file.path()
            + ": "
            + kind
            + (name == null ? "" : " '" + Shortened.text(name) + "'")
            + ", at byte "
            + position()
            + ": "
            + problem
            + "; the file is damaged or was not written as GGUF, get it again from its source");
  }
}
