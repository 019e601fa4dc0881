package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A folder that is being written and has no name yet. Its files are written first, which takes as
 * long as copying them to the system's cache; {@link #settle} makes them durable and {@link
 * #appear} gives the folder its name, which may run on another thread while what was written moves
 * on.
 */
public final class NewFolder {
  private final Path target;
  private final Path temporary;
  private final Map<String, Written> files = new TreeMap<>();

  private NewFolder(Path target, Path temporary) {
    this.target = target;
    this.temporary = temporary;
  }

  static NewFolder of(Path target) throws IOException {
    Path temporary = AtomicFile.temporaryBeside(target);
    DurableFolder.make(AtomicFile.folderOf(target));
    Files.createDirectory(temporary);
    return new NewFolder(target, temporary);
  }

  /** Where the files lie for now, for reading what was written. */
  public Path path() {
    return temporary;
  }

  /** Writes a file that holds these bytes. */
  public void write(String name, byte[] content) throws IOException {
    write(name, channel -> channel.write(ByteBuffer.wrap(content)));
  }

  /** Writes a safetensors file. */
  public void write(String name, Map<String, String> metadata, Collection<TensorToWrite> tensors)
      throws IOException {
    write(name, SafetensorsWriter.content(temporary.resolve(name), metadata, tensors));
  }

  /** Writes a file of any size. */
  public void write(String name, AtomicFile.Content content) throws IOException {
    Path file = temporary.resolve(name);
    try (ChecksummedChannel channel =
        new ChecksummedChannel(
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      content.writeTo(channel);
      files.put(name, channel.written());
    }
  }

  /**
   * Reads every file back and compares it with what was written, forces it to the disk and lists it
   * in {@code manifest.json}.
   */
  void settle() throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (Map.Entry<String, Written> written : files.entrySet()) {
      Path file = temporary.resolve(written.getKey());
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        entries.add(written.getValue().confirm(file, channel, written.getKey()));
      }
    }
    new Manifest(entries).writeTo(temporary);
    AtomicFile.forceFolder(temporary);
  }

  /** Gives the settled folder its name. */
  void appear() throws IOException {
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.forceFolder(AtomicFile.folderOf(target));
  }

  /** Deletes what was written. */
  void discard() {
    AtomicFolder.delete(temporary);
  }
}
