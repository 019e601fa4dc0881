package org.tune4j.engine.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Goes through a {@link Trace}, and makes at each moment the disks that a loss of power could
 * leave: without writes that were not forced, without names whose folder was not forced, with names
 * that survive what they name, and with parts. That is all that POSIX promises; see ALICE (Pillai
 * et al., OSDI 2014) for what file systems make of it.
 */
public final class PowerLoss {
  private final Trace trace;
  private final List<Change> changes;
  private final Path root;
  private final DiskNode.Folder disk = new DiskNode.Folder();
  private int made;

  /**
   * Before the first change.
   *
   * @param root the folder in which everything was done; it is durable, and what lay in it before
   *     is left out
   */
  public PowerLoss(Trace trace, Path root) {
    this.trace = trace;
    this.changes = trace.changes();
    this.root = root;
  }

  /** Goes on behind the next change; false if there is none. */
  public boolean next() {
    if (made == changes.size()) {
      return false;
    }
    apply(changes.get(made++));
    return true;
  }

  /** What had been noted by now; 0 for nothing. */
  public long noted() {
    return trace.noted(made);
  }

  /** The last change, for a message. */
  public String moment() {
    Change last = changes.get(made - 1);
    String what = last instanceof Change.Written w ? "Written to " + w.file() : last.toString();
    return "after change " + made + " of " + changes.size() + ", " + what;
  }

  /** Writes what a loss of power now would leave. */
  public void leave(Path target, Kept names, Kept data, long seed) throws IOException {
    disk.leave(target, names, data, new Random(seed));
  }

  private void apply(Change change) {
    if (change instanceof Change.Created created) {
      if (node(created.file()) instanceof DiskNode.File file) {
        file.truncate(0);
      } else {
        put(created.file(), new DiskNode.File());
      }
    } else if (change instanceof Change.FolderMade made) {
      put(made.folder(), new DiskNode.Folder());
    } else if (change instanceof Change.Written written) {
      file(written.file()).write(written.position(), written.bytes());
    } else if (change instanceof Change.Truncated truncated) {
      file(truncated.file()).truncate(truncated.size());
    } else if (change instanceof Change.Forced forced) {
      node(forced.fileOrFolder()).force();
    } else if (change instanceof Change.Deleted deleted) {
      String name = name(deleted.path());
      folder(deleted.path().getParent()).change(names -> names.remove(name));
    } else if (change instanceof Change.Moved moved) {
      move(moved.from(), moved.to());
    }
  }

  private void move(Path from, Path to) {
    DiskNode node = node(from);
    DiskNode.Folder source = folder(from.getParent());
    DiskNode.Folder target = folder(to.getParent());
    if (source == target) {
      source.change(
          names -> {
            names.remove(name(from));
            names.put(name(to), node);
          });
    } else {
      target.change(names -> names.put(name(to), node));
      source.change(names -> names.remove(name(from)));
    }
  }

  private void put(Path path, DiskNode node) {
    folder(path.getParent()).change(names -> names.put(name(path), node));
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private DiskNode.File file(Path path) {
    return (DiskNode.File) node(path);
  }

  private DiskNode.Folder folder(Path path) {
    return (DiskNode.Folder) node(path);
  }

  private DiskNode node(Path path) {
    return path.equals(root) ? disk : folder(path.getParent()).get(name(path));
  }
}
