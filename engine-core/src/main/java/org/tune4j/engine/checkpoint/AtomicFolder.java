package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
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
    /**
     * Writes everything into a folder that is there and empty.
     *
     * @param folder a temporary folder; its name means nothing
     */
    void writeTo(Path folder) throws IOException;
  }

  /**
   * Writes a folder that is not there yet. When anything fails nothing is left behind.
   *
   * @param target the folder to appear; its parents are made as needed
   * @throws ConfigException if the target is there already: a checkpoint is never overwritten
   * @throws StorageException if something cannot be written
   */
  public static void write(Path target, Content content) {
    if (Files.exists(target)) {
      throw new ConfigException(
          target + ": is there already and is not overwritten; choose another folder or remove it");
    }
    Path parent = AtomicFile.folderOf(target);
    Path temporary = AtomicFile.temporaryBeside(target);
    try {
      Files.createDirectories(parent);
      Files.createDirectory(temporary);
      content.writeTo(temporary);
      Manifest.of(temporary).writeTo(temporary);
      forceAll(temporary);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      AtomicFile.forceFolder(parent);
    } catch (IOException e) {
      throw new StorageException(target + ": cannot be written: " + e.getMessage(), e);
    } finally {
      delete(temporary);
    }
  }

  /**
   * Writes a folder over one that may be there: the old one goes when the new one is whole.
   *
   * @throws StorageException if something cannot be written
   */
  public static void replace(Path target, Content content) {
    Path old = AtomicFile.temporaryBeside(target);
    try {
      boolean replaces = Files.exists(target);
      if (replaces) {
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        write(target, content);
      } catch (RuntimeException e) {
        if (replaces) {
          Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
        }
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException(target + ": cannot be replaced: " + e.getMessage(), e);
    }
    delete(old);
  }

  private static void forceAll(Path folder) throws IOException {
    for (Path path : deepestFirst(folder)) {
      if (Files.isDirectory(path)) {
        AtomicFile.forceFolder(path);
      } else {
        AtomicFile.forceFile(path);
      }
    }
  }

  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try {
      for (Path path : deepestFirst(folder)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new StorageException(folder + ": cannot be deleted: " + e.getMessage(), e);
    }
  }

  private static List<Path> deepestFirst(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(Comparator.reverseOrder()).toList();
    }
  }
}
