package org.tune4j.engine.data.source;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import org.tune4j.engine.DataException;

/**
 * Takes rows one after the other and makes a table of them: as JSON lines, in memory while those
 * are few bytes, in a temporary file from then on. Rows keep the source and line that they name.
 */
final class Spool implements AutoCloseable {
  /**
   * Most bytes of a row here: a character beyond Unicode's first plane takes four bytes in UTF-8
   * and is escaped in twelve.
   */
  private static final int MAX_ROW_BYTES = 3 * Row.MAX_BYTES;

  private static final int FIRST_CAPACITY = 1 << 18;

  private final long memoryBytes;
  private final Supplier<TemporaryFile> files;
  private final LineIndex index = new LineIndex();
  private final SourceNames sources = new SourceNames();
  private byte[] buffer = new byte[FIRST_CAPACITY];
  private int filled;
  private long written;
  private TemporaryFile file;

  /**
   * An empty spool.
   *
   * @param memoryBytes how many bytes of rows stay in memory
   * @param files gives the temporary file if it is needed
   */
  Spool(long memoryBytes, Supplier<TemporaryFile> files) {
    this.memoryBytes = memoryBytes;
    this.files = files;
  }

  static TemporaryFile inTemporaryFolder() {
    return TemporaryFile.in(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * Adds a row.
   *
   * @throws DataException if it is too long
   * @throws org.tune4j.engine.StorageException if the temporary file cannot be made or written
   */
  void add(Row row) {
    byte[] json = StrictJson.bytes(row.columns());
    if (json.length >= MAX_ROW_BYTES) {
      throw RowBytes.tooLong(Row.MAX_BYTES);
    }
    sources.add(index.size(), row.source());
    index.add(written + filled, row.line());
    append(json);
  }

  private void append(byte[] json) {
    int needed = json.length + 1;
    if (file == null && (long) filled + needed > memoryBytes) {
      file = files.get();
      flush();
      buffer = new byte[FIRST_CAPACITY];
    }
    if (needed > buffer.length - filled) {
      if (file != null) {
        flush();
      }
    }
    if (needed > buffer.length - filled) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, filled + needed));
    }
    System.arraycopy(json, 0, buffer, filled, json.length);
    filled += needed;
    buffer[filled - 1] = '\n';
  }

  private void flush() {
    file.append(buffer, filled);
    written += filled;
    filled = 0;
  }

  /** Bytes of rows that are in memory. */
  long inMemory() {
    return file == null ? filled : 0;
  }

  /** The rows as a table, which owns the temporary file from now on. */
  RowTable table() {
    ByteStore bytes;
    if (file == null) {
      bytes = new MemoryBytes(Arrays.copyOf(buffer, filled));
    } else {
      flush();
      bytes = file;
    }
    return new IndexedRows(bytes, index, sources, MAX_ROW_BYTES);
  }

  /** Gives the temporary file up if no table was made. */
  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
