package org.tune4j.engine.faults;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Set;

/** How a disk fails. */
public enum Fault {
  NO_SPACE("No space left on device"),
  /** A write takes half of the bytes, which is a legal answer; afterwards there is no space. */
  SHORT_WRITE("No space left on device"),
  INPUT_OUTPUT("Input/output error"),
  READ_ONLY("Read-only file system");

  private static final Set<Operation> NEED_SPACE =
      Set.of(
          Operation.CREATE,
          Operation.WRITE,
          Operation.FORCE,
          Operation.MAKE_FOLDER,
          Operation.MOVE);

  private final String reason;

  Fault(String reason) {
    this.reason = reason;
  }

  /** Whether an operation can fail this way. */
  boolean hits(Operation operation) {
    return switch (this) {
      case NO_SPACE -> NEED_SPACE.contains(operation);
      case SHORT_WRITE -> operation == Operation.WRITE;
      case INPUT_OUTPUT -> true;
      case READ_ONLY -> operation.changes() && operation != Operation.CLOSE;
    };
  }

  /** What fails once the disk is in this state. */
  Fault afterwards() {
    return this == SHORT_WRITE ? NO_SPACE : this;
  }

  FileSystemException exception(Path path) {
    return new FileSystemException(path.toString(), null, reason);
  }
}
