package org.tune4j.engine.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Everything that was done to a disk, in order, with notes of its user between. */
public final class Trace implements Watcher {
  private final List<Change> changes = new ArrayList<>();
  private final TreeMap<Integer, Long> notes = new TreeMap<>();

  /** A path to real files, through which what is done to them is recorded. */
  public Path path(Path real) {
    return WatchedFileSystem.watched(real, this);
  }

  /** Notes something that holds from now on. */
  public synchronized void note(long value) {
    notes.put(changes.size(), value);
  }

  @Override
  public void after(Change change) {
    changes.add(change);
  }

  List<Change> changes() {
    return List.copyOf(changes);
  }

  /** What was noted last when so many changes were made; 0 for nothing. */
  long noted(int made) {
    return notes.floorEntry(made) == null ? 0 : notes.floorEntry(made).getValue();
  }
}
