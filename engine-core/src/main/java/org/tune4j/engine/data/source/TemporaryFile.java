package org.tune4j.engine.data.source;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.tune4j.engine.StorageException;

/**
 * A file for one process, readable by its user alone, that is gone when it is closed and when the
 * process ends. Where a file can be open without a name it has none from the start, so that it is
 * gone however the process ends.
 */
final class TemporaryFile implements ByteStore {
  private final Path path;
  private final boolean hasName;
  private final RandomAccessFile file;
  private long size;

  private TemporaryFile(Path path, boolean hasName) throws IOException {
    this.path = path;
    this.hasName = hasName;
    this.file = new RandomAccessFile(path.toFile(), "rw");
  }

  /** A new file in a folder. */
  static TemporaryFile in(Path folder) {
    try {
      Path path = create(folder);
      TemporaryFile opened = new TemporaryFile(path, !isPosix(folder));
      if (opened.hasName) {
        path.toFile().deleteOnExit();
      } else {
        Files.delete(path);
      }
      return opened;
    } catch (IOException e) {
      throw new StorageException(
          folder
              + ": no temporary file can be made here: "
              + e
              + "; name another folder with -Djava.io.tmpdir",
          e);
    }
  }

  static Path create(Path folder) throws IOException {
    String prefix = "tune4j-rows-";
    String suffix = ".jsonl";
    return isPosix(folder)
        ? Files.createTempFile(
            folder,
            prefix,
            suffix,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
        : Files.createTempFile(folder, prefix, suffix);
  }

  private static boolean isPosix(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** A file of somebody else, which stays. */
  static TemporaryFile over(Path path) {
    try {
      return new TemporaryFile(path, false);
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be opened: " + e, e);
    }
  }

  void append(byte[] bytes, int length) {
    try {
      file.write(bytes, 0, length);
      size += length;
    } catch (IOException e) {
      throw new StorageException(
          path
              + ": the temporary copy of the rows cannot grow beyond "
              + size
              + " bytes: "
              + e.getMessage()
              + "; name a folder with more room with -Djava.io.tmpdir",
          e);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long start, byte[] into, int length) {
    try {
      FileBytes.read(file, start, into, length);
    } catch (IOException e) {
      throw new StorageException(path + ": the temporary copy cannot be read: " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
      if (hasName) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be deleted: " + e, e);
    }
  }
}
