package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;

/**
 * Writes a whole folder so that its name appears only when everything in it is complete, listed in
 * {@code manifest.json} with length and SHA-256, and forced to the disk.
 */
public final class AtomicFolder {
  private AtomicFolder() {}

  /** Writes the files of a folder. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything into a folder that is empty. */
    void writeTo(NewFolder folder) throws IOException;
  }

  /**
   * Writes a folder that is not there yet. When anything fails nothing is left behind.
   *
   * @param target the folder to appear; its parents are made as needed
   * @throws ConfigException if the target is there already: a checkpoint is never overwritten
   * @throws StorageException if something cannot be written
   */
  public static void write(Path target, Content content) {
    finish(target, begin(target, content));
  }

  /** Writes the files of a folder that is not there yet; {@link #finish} must follow. */
  static NewFolder begin(Path target, Content content) {
    if (Files.exists(target)) {
      throw new ConfigException(
          target + ": is there already and is not overwritten; choose another folder or remove it");
    }
    return written(target, content);
  }

  private static NewFolder written(Path target, Content content) {
    NewFolder folder;
    try {
      folder = NewFolder.of(target);
    } catch (IOException e) {
      throw notWritten(target, e);
    }
    try {
      content.writeTo(folder);
      return folder;
    } catch (IOException e) {
      throw discarding(folder, notWritten(target, e));
    } catch (RuntimeException e) {
      throw discarding(folder, e);
    } catch (Error e) {
      throw discarding(folder, e);
    }
  }

  /** Makes the files durable and gives the folder its name. */
  static void finish(Path target, NewFolder folder) {
    try {
      folder.settle();
      folder.appear();
    } catch (IOException e) {
      throw discarding(folder, notWritten(target, e));
    }
  }

  private static StorageException notWritten(Path target, IOException e) {
    return new StorageException(target + ": cannot be written: " + e, e);
  }

  /** Deletes what a failure left half-written; the failure stays the one that is told. */
  private static <T extends Throwable> T discarding(NewFolder folder, T failure) {
    try {
      folder.discard();
    } catch (StorageException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /**
   * Writes a folder over one that may be there: the old one goes when the new one is whole.
   *
   * @throws StorageException if something cannot be written; the old folder is then as it was
   */
  public static void replace(Path target, Content content) {
    NewFolder folder = written(target, content);
    Path old = AtomicFile.temporaryBeside(target);
    try {
      folder.settle();
      boolean replaces = Files.exists(target);
      if (replaces) {
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        folder.appear();
      } catch (IOException e) {
        if (replaces && !Files.exists(target)) {
          Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
        }
        throw e;
      }
    } catch (IOException e) {
      throw discarding(folder, notWritten(target, e));
    }
    delete(old);
  }

  /** Deletes a folder, if it is there, and everything in it. */
  public static void delete(Path folder) {
    try {
      if (FolderEntries.isThere(folder)) {
        List<Path> paths = new ArrayList<>(FolderEntries.below(folder));
        Collections.reverse(paths);
        for (Path path : paths) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException e) {
      throw new StorageException(folder + ": cannot be deleted: " + e.getMessage(), e);
    }
  }
}
