package org.tune4j.engine.faults;

/** What is asked of a disk. */
enum Operation {
  /** Opens a file or folder, reads bytes, lists a folder, or looks at what a file is. */
  READ(false),
  CREATE(true),
  OPEN_TO_WRITE(true),
  WRITE(true),
  TRUNCATE(true),
  FORCE(true),
  CLOSE(true),
  LOCK(true),
  MAKE_FOLDER(true),
  MOVE(true),
  DELETE(true),
  SET_ATTRIBUTE(true);

  private final boolean changes;

  Operation(boolean changes) {
    this.changes = changes;
  }

  /** Whether it is there to change what lies on the disk. */
  boolean changes() {
    return changes;
  }
}
