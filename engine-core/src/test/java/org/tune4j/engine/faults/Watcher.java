package org.tune4j.engine.faults;

import java.io.IOException;
import java.nio.file.Path;

/** Sees what is done to a {@link WatchedFileSystem}. Calls come one at a time. */
interface Watcher {
  /** Before an operation, which does not take place if this throws. */
  default void before(Operation operation, Path path) throws IOException {}

  /** Before a write: how many of the bytes are written. */
  default int writable(Path file, int bytes) throws IOException {
    before(Operation.WRITE, file);
    return bytes;
  }

  /** After a change. */
  default void after(Change change) {}
}
