package org.tune4j.engine.data.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.Tune4jException;

/** The rows of a text file, perhaps packed by gzip. */
record FileSource(Path file, FileFormat format, int maxBytes) implements ExampleSource {
  @Override
  public Stream<Row> rows(BadRows bad) {
    ByteInput in = ByteInput.open(file);
    try {
      return format.read(in, maxBytes).stream(file.toString(), bad);
    } catch (Tune4jException e) {
      in.close();
      throw e;
    }
  }

  /** Whether its rows can be indexed where they lie. */
  boolean isPlainLines() {
    // Rows are read from their places through java.io, which knows the machine's own files only.
    if (format != FileFormat.JSON_LINES || file.getFileSystem() != FileSystems.getDefault()) {
      return false;
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return !ByteInput.isGzip(in);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  long size() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private StorageException unreadable(IOException e) {
    return new StorageException(file + ": cannot be read: " + e, e);
  }

  /** Its rows, where they lie. */
  RowTable indexed(BadRows bad) {
    return LineScan.table(file, bad, maxBytes);
  }
}
