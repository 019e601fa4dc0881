package org.tune4j.engine.data.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.Tune4jException;

/**
 * The bytes of a text file from its start to its end: unpacked if they are gzip (all members of
 * it), without a byte order mark.
 */
final class ByteInput implements AutoCloseable {
  /** Most bytes of a byte order mark. */
  static final int BYTE_ORDER_MARK = 3;

  private static final int BUFFER = 1 << 16;

  private final String name;
  private final InputStream in;
  private final boolean gzip;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int end;
  private long line = 1;

  /** Finds where something ends that began earlier, perhaps in bytes seen before. */
  @FunctionalInterface
  interface Border {
    /** The place just behind the end, or -1 if it is not among these bytes. */
    int behind(byte[] bytes, int from, int to);
  }

  static ByteInput open(Path file) {
    InputStream raw = raw(file);
    try {
      return new ByteInput(file.toString(), raw);
    } catch (Tune4jException e) {
      closed(file.toString(), raw);
      throw e;
    }
  }

  private static InputStream raw(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  ByteInput(String name, InputStream raw) {
    this.name = name;
    BufferedInputStream buffered = new BufferedInputStream(raw, BUFFER);
    try {
      this.gzip = isGzip(buffered);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
    try {
      this.in = gzip ? new GzipCompressorInputStream(buffered, true) : buffered;
    } catch (IOException e) {
      throw damaged(e);
    }
    skipByteOrderMark();
  }

  static boolean isGzip(InputStream in) throws IOException {
    in.mark(2);
    boolean gzip = in.read() == 0x1F && in.read() == 0x8B;
    in.reset();
    return gzip;
  }

  private void skipByteOrderMark() {
    while (end < BYTE_ORDER_MARK && fill()) {}
    at = byteOrderMark(name, Arrays.copyOf(buffer, Math.min(end, BYTE_ORDER_MARK)));
  }

  /**
   * How many bytes the byte order mark of a file takes.
   *
   * @param start the file's first three bytes, fewer if it has no more
   * @throws DataException if it is that of UTF-16
   */
  static int byteOrderMark(String name, byte[] start) {
    int first = start.length < 2 ? 0 : (start[0] & 0xFF) << 8 | start[1] & 0xFF;
    if (first == 0xFFFE || first == 0xFEFF) {
      throw new DataException(
          name + ": begins with the byte order mark of UTF-16; save the file as UTF-8");
    }
    return start.length == BYTE_ORDER_MARK && first == 0xEFBB && (start[2] & 0xFF) == 0xBF
        ? BYTE_ORDER_MARK
        : 0;
  }

  String name() {
    return name;
  }

  /** The line that the next byte belongs to, from 1. */
  long line() {
    return line;
  }

  /** An error at the place reached. */
  DataException error(String problem) {
    return new DataException(name + ":" + line + ": " + problem);
  }

  /** The next byte, which stays the next; -1 at the end. */
  int peek() {
    return at < end || refill() ? buffer[at] & 0xFF : -1;
  }

  /** Moves to the next byte and gives it; -1 at the end. */
  int next() {
    int b = peek();
    at++;
    line += b == '\n' ? 1 : 0;
    return b;
  }

  /** Moves behind a border, or to the end if there is none; false for the latter. */
  boolean copyUntil(Border border, RowBytes into) {
    while (at < end || refill()) {
      int behind = border.behind(buffer, at, end);
      int stop = behind < 0 ? end : behind;
      into.add(buffer, at, stop);
      line += Newlines.count(buffer, at, stop);
      at = stop;
      if (behind >= 0) {
        return true;
      }
    }
    return false;
  }

  private boolean refill() {
    at = 0;
    end = 0;
    return fill();
  }

  /** Reads more bytes behind those that are there; false at the end. */
  private boolean fill() {
    try {
      int read = in.read(buffer, end, buffer.length - end);
      end += Math.max(read, 0);
      return read > 0;
    } catch (IOException e) {
      throw gzip ? damaged(e) : unreadable(name, e);
    }
  }

  private static StorageException unreadable(String name, IOException e) {
    return new StorageException(name + ": cannot be read: " + e, e);
  }

  private DataException damaged(IOException e) {
    return new DataException(
        name
            + ": the gzip data is damaged or cut off ("
            + e.getMessage()
            + "); fetch or pack the file again",
        e);
  }

  @Override
  public void close() {
    closed(name, in);
  }

  private static void closed(String name, InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      throw new StorageException(name + ": cannot be closed: " + e, e);
    }
  }
}
