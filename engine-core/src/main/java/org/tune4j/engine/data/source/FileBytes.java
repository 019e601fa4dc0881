package org.tune4j.engine.data.source;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;

/**
 * The bytes of a user's file, read by position; it must stay as it is from now on. Not mapped: a
 * mapping of a file that becomes shorter is a crash, and it is no faster. Not a channel:
 * interrupting a thread that reads would close it for all.
 */
final class FileBytes implements ByteStore {
  private final Path path;
  private final RandomAccessFile file;
  private final Stamp opened;

  /** By what a change of a file is noticed. */
  private record Stamp(long size, FileTime modified) {
    static Stamp of(Path path) {
      try {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
        return new Stamp(found.size(), found.lastModifiedTime());
      } catch (IOException e) {
        throw unreadable(path, e);
      }
    }
  }

  FileBytes(Path path) {
    this.path = path;
    this.opened = Stamp.of(path);
    try {
      this.file = new RandomAccessFile(path.toFile(), "r");
    } catch (FileNotFoundException e) {
      throw unreadable(path, e);
    }
  }

  @Override
  public long size() {
    return opened.size();
  }

  @Override
  public void read(long start, byte[] into, int length) {
    try {
      read(file, start, into, length);
    } catch (IOException e) {
      // If it has become shorter, that is what to say.
      checkUnchanged();
      throw unreadable(path, e);
    }
    checkUnchanged();
  }

  static void read(RandomAccessFile file, long start, byte[] into, int length) throws IOException {
    synchronized (file) {
      file.seek(start);
      file.readFully(into, 0, length);
    }
  }

  private void checkUnchanged() {
    Stamp now = Stamp.of(path);
    if (!now.equals(opened)) {
      throw new DataException(
          path
              + ": was changed while its rows were in use (found "
              + now.size()
              + " bytes of "
              + now.modified()
              + ", wanted are "
              + opened.size()
              + " of "
              + opened.modified()
              + "); give a run a copy that stays as it is");
    }
  }

  private static StorageException unreadable(Path path, IOException e) {
    return new StorageException(path + ": cannot be read: " + e, e);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be closed: " + e, e);
    }
  }
}
