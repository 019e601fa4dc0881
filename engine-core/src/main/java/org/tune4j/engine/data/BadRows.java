package org.tune4j.engine.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.DataException;

/** The rows of a file that cannot be used: the first ten in words, all by number. */
final class BadRows {
  private static final int NAMED = 10;

  private final Path file;
  private final List<String> first = new ArrayList<>();
  private long count;

  BadRows(Path file) {
    this.file = file;
  }

  void add(long line, String problem) {
    count++;
    if (first.size() < NAMED) {
      first.add(file + ":" + line + ": " + problem);
    }
  }

  void throwIfAny() {
    if (count > 0) {
      throw new DataException(
          file
              + ": "
              + count
              + (count == 1 ? " row" : " rows")
              + " cannot be used; correct or remove them:\n"
              + String.join("\n", first)
              + (count > first.size() ? "\n... and " + (count - first.size()) + " more" : ""));
    }
  }
}
