package org.tune4j.engine.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.StorageException;

/**
 * What a folder holds: {@code manifest.json}, which lists every other file.
 *
 * @param files sorted by name
 */
public record Manifest(List<Entry> files) {
  private static final String NAME = "manifest.json";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  public Manifest {
    files = List.copyOf(files);
  }

  /**
   * One file.
   *
   * @param name path below the folder, with slashes
   * @param length in bytes
   * @param sha256 of the content, in lower-case hexadecimal digits
   */
  public record Entry(String name, long length, String sha256) {
    /**
     * Reads a file.
     *
     * @param name what the entry calls it
     * @throws ModelFormatException if it is not a plain file
     */
    public static Entry of(Path path, String name) throws IOException {
      if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile()) {
        throw new ModelFormatException(path + ": not a plain file");
      }
      MessageDigest digest = Sha256.digest();
      long length = 0;
      try (InputStream in = Files.newInputStream(path)) {
        byte[] chunk = new byte[1 << 16];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
          digest.update(chunk, 0, n);
          length += n;
        }
      }
      return new Entry(name, length, Sha256.hex(digest));
    }
  }

  /** Lists what lies in a folder now. */
  static Manifest of(Path folder) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Path path : FolderEntries.below(folder)) {
      String name = folder.relativize(path).toString().replace('\\', '/');
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && !name.equals(NAME)) {
        entries.add(Entry.of(path, name));
      }
    }
    return new Manifest(entries);
  }

  void writeTo(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    Files.write(file, JSON.writeValueAsBytes(this));
    AtomicFile.forceFile(file);
  }

  /**
   * Reads the manifest of a folder and compares every file with it.
   *
   * @throws ModelFormatException if the manifest is missing or broken, or a file is missing, there
   *     without being listed, or has another length or content
   * @throws StorageException if a file cannot be read
   */
  public static Manifest verified(Path folder) {
    Path path = folder.resolve(NAME);
    try {
      Manifest listed = JSON.readValue(Files.readAllBytes(path), Manifest.class);
      listed.compareWith(Manifest.of(folder), folder);
      return listed;
    } catch (JacksonException e) {
      throw new ModelFormatException(path + ": not a manifest: " + e.getOriginalMessage(), e);
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(path + ": missing; the folder is not a whole checkpoint", e);
    } catch (IOException e) {
      throw new StorageException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private void compareWith(Manifest found, Path folder) {
    List<String> faults = new ArrayList<>();
    for (Entry wanted : files) {
      Entry there = found.entry(wanted.name());
      if (there == null) {
        faults.add(wanted.name() + " is missing");
      } else if (there.length() != wanted.length()) {
        faults.add(
            wanted.name() + " has " + there.length() + " bytes instead of " + wanted.length());
      } else if (!there.sha256().equals(wanted.sha256())) {
        faults.add(wanted.name() + " has another content (SHA-256 differs)");
      }
    }
    for (Entry there : found.files()) {
      if (entry(there.name()) == null) {
        faults.add(there.name() + " is not listed");
      }
    }
    if (!faults.isEmpty()) {
      throw new ModelFormatException(
          folder
              + ": differs from its manifest: "
              + String.join(", ", faults)
              + "; it was damaged or changed, use another checkpoint");
    }
  }

  private Entry entry(String name) {
    return files.stream().filter(e -> e.name().equals(name)).findFirst().orElse(null);
  }
}
