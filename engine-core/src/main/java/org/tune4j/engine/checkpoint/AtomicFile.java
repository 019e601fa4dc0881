package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;
import org.tune4j.engine.StorageException;

/**
 * Writes one file so that its name means either the old content or the whole new one: temporary
 * file beside the target, force, rename, force the folder.
 */
public final class AtomicFile {
  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.writing-[0-9a-f-]{36}");

  private AtomicFile() {}

  /**
   * Writes a file that holds these bytes.
   *
   * @throws StorageException if it cannot be written
   */
  public static void write(Path target, byte[] content) {
    write(target, channel -> channel.write(ByteBuffer.wrap(content)));
  }

  /** Writes the bytes of a file, one after the other. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes them all.
     *
     * @param channel takes a buffer whole
     */
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /**
   * Writes a file of any size, reads it back and compares it.
   *
   * @throws StorageException if it cannot be written; the target is then as it was
   */
  public static void write(Path target, Content content) {
    Path temporary = temporaryBeside(target);
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              StandardOpenOption.READ)) {
        ChecksummedChannel checked = new ChecksummedChannel(channel);
        content.writeTo(checked);
        checked.written().confirm(target, channel, target.getFileName().toString());
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(folderOf(target));
    } catch (IOException e) {
      throw discarding(temporary, new StorageException(target + ": cannot be written: " + e, e));
    } catch (RuntimeException e) {
      throw discarding(temporary, e);
    }
  }

  /** A name in the same folder that says whose half-written file it is. */
  public static Path temporaryBeside(Path target) {
    String name = "." + target.getFileName() + ".writing-" + UUID.randomUUID();
    return folderOf(target).resolve(name);
  }

  /** Whether a file or folder has such a name. */
  static boolean isTemporary(Path path) {
    return TEMPORARY.matcher(path.getFileName().toString()).matches();
  }

  static Path folderOf(Path target) {
    return target.toAbsolutePath().getParent();
  }

  static void forceFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Makes renames and new names in a folder durable, where the operating system lets folders. */
  static void forceFolder(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Deletes what a failure left half-written; the failure stays the one that is told. */
  private static RuntimeException discarding(Path temporary, RuntimeException failure) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
