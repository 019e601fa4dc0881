package org.tune4j.engine.data.source;

import java.nio.file.Path;
import org.tune4j.engine.Tune4jException;

/** One fast pass over a JSON Lines file that finds where its rows begin and parses none. */
final class LineScan {
  private static final int CHUNK = 1 << 18;

  private final String name;
  private final BadRows bad;
  private final int maxBytes;
  private final LineIndex index = new LineIndex();
  private long start;
  private long line = 1;
  private boolean blank = true;

  private LineScan(String name, BadRows bad, int maxBytes) {
    this.name = name;
    this.bad = bad;
    this.maxBytes = maxBytes;
  }

  /** The rows of a file, which stays open and must stay as it is. */
  static RowTable table(Path file, BadRows bad, int maxBytes) {
    FileBytes bytes = new FileBytes(file);
    try {
      return table(file.toString(), bytes, bad, maxBytes, CHUNK);
    } catch (Tune4jException e) {
      bytes.close();
      throw e;
    }
  }

  /**
   * The rows of a text.
   *
   * @param name what they say that they come from
   * @param chunk how many bytes are read at a time
   */
  static RowTable table(String name, ByteStore bytes, BadRows bad, int maxBytes, int chunk) {
    LineScan scan = new LineScan(name, bad, maxBytes);
    scan.over(bytes, new byte[chunk]);
    SourceNames names = new SourceNames();
    names.add(0, name);
    return new IndexedRows(bytes, scan.index, names, maxBytes);
  }

  private void over(ByteStore bytes, byte[] chunk) {
    int head = (int) Math.min(ByteInput.BYTE_ORDER_MARK, bytes.size());
    start = ByteInput.byteOrderMark(name, bytes.read(0, head));
    for (long at = start; at < bytes.size(); at += chunk.length) {
      int length = (int) Math.min(chunk.length, bytes.size() - at);
      bytes.read(at, chunk, length);
      chunk(chunk, length, at);
    }
    if (start < bytes.size()) {
      end(bytes.size());
    }
  }

  /** Some bytes of the file, which begin at a place. */
  private void chunk(byte[] bytes, int length, long at) {
    int from = 0;
    for (int end = Newlines.find(bytes, 0, length);
        end >= 0;
        end = Newlines.find(bytes, from, length)) {
      blank = blank && isBlank(bytes, from, end);
      from = end + 1;
      end(at + from);
    }
    blank = blank && isBlank(bytes, from, length);
  }

  private static boolean isBlank(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!RowBytes.isSpace(bytes[i])) {
        return false;
      }
    }
    return true;
  }

  /** The line that began at {@code start} ends before a place. */
  private void end(long behind) {
    if (!blank) {
      if (behind - start <= maxBytes) {
        index.add(start, line);
      } else {
        bad.add(name, line, RowBytes.tooLong(maxBytes).getMessage());
      }
    }
    start = behind;
    line++;
    blank = true;
  }
}
