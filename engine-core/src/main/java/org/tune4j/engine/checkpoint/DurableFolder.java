package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.StorageException;

/** Makes folders whose names survive a loss of power, and with them what will be written inside. */
public final class DurableFolder {
  private DurableFolder() {}

  /**
   * Makes a folder, and those it lies in, where they are missing.
   *
   * @throws StorageException if that cannot be done
   */
  public static void make(Path folder) {
    Path absolute = folder.toAbsolutePath();
    List<Path> parents = new ArrayList<>();
    for (Path path = absolute;
        path.getParent() != null && !Files.isDirectory(path);
        path = path.getParent()) {
      parents.add(path.getParent());
    }
    try {
      Files.createDirectories(absolute);
      for (Path parent : parents) {
        AtomicFile.forceFolder(parent);
      }
    } catch (IOException e) {
      throw new StorageException(folder + ": cannot be made: " + e, e);
    }
  }
}
