package org.tune4j.engine.faults;

import java.io.IOException;
import java.nio.file.Path;

/** A disk that does what it is asked until a chosen operation, which fails. */
public final class FailingDisk implements Watcher {
  private final Fault fault;
  private final int at;
  private final boolean lasting;
  private int seen;
  private String failed = "nothing";

  /**
   * A disk with a fault.
   *
   * @param at which of the operations that can fail in this way does, counted from 1
   * @param lasting whether those after it fail too
   */
  public FailingDisk(Fault fault, int at, boolean lasting) {
    this.fault = fault;
    this.at = at;
    this.lasting = lasting;
  }

  /** A disk on which nothing fails, to count what could. */
  public static FailingDisk sound(Fault fault) {
    return new FailingDisk(fault, Integer.MAX_VALUE, false);
  }

  /** A path to real files, which are on this disk for those who use it. */
  public Path path(Path real) {
    return WatchedFileSystem.watched(real, this);
  }

  /** How many operations there were that could fail in this way. */
  public synchronized int operations() {
    return seen;
  }

  /** The first operation that failed, for a message. */
  public synchronized String failed() {
    return failed;
  }

  @Override
  public void before(Operation operation, Path path) throws IOException {
    if (lasting && seen >= at ? fault.afterwards().hits(operation) : isNext(operation)) {
      throw failure(operation, path);
    }
  }

  @Override
  public int writable(Path file, int bytes) throws IOException {
    if (fault != Fault.SHORT_WRITE || seen >= at || bytes < 2) {
      before(Operation.WRITE, file);
      return bytes;
    }
    if (!isNext(Operation.WRITE)) {
      return bytes;
    }
    failure(Operation.WRITE, file);
    return bytes / 2;
  }

  private boolean isNext(Operation operation) {
    return fault.hits(operation) && ++seen == at;
  }

  private IOException failure(Operation operation, Path path) {
    if (failed.equals("nothing")) {
      failed = operation + " " + path;
    }
    return fault.exception(path);
  }
}
