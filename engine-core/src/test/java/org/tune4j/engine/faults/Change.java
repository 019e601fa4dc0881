package org.tune4j.engine.faults;

import java.nio.file.Path;

/** Something that was done to a disk, and succeeded. Paths are real ones. */
sealed interface Change {
  /** An empty file appears, or one that was there loses its content. */
  record Created(Path file) implements Change {}

  /** Bytes are in a file, for those who read it now. */
  record Written(Path file, long position, byte[] bytes) implements Change {}

  /** A file is cut. */
  record Truncated(Path file, long size) implements Change {}

  /** A file's content, or a folder's names, survive from now on. */
  record Forced(Path fileOrFolder) implements Change {}

  record FolderMade(Path folder) implements Change {}

  /** A name moves; what had the new name is gone. */
  record Moved(Path from, Path to) implements Change {}

  record Deleted(Path path) implements Change {}
}
