package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;

/**
 * Opens data files by their names.
 *
 * <table>
 *   <caption>Formats, each perhaps packed by gzip, with or without {@code .gz} in the name</caption>
 *   <tr><td>{@code .jsonl .ndjson}</td><td>a JSON object a line</td></tr>
 *   <tr><td>{@code .json}</td><td>an array of objects, or an object with one field that is an array
 *       of them, or in truth a JSON object a line</td></tr>
 *   <tr><td>{@code .csv .tsv}</td><td>RFC 4180, the first record names the columns</td></tr>
 *   <tr><td>{@code .iob2 .conll .bio}</td><td>a token and its tag a line, a blank line between
 *       sentences; columns {@code tokens} and {@code tags}</td></tr>
 * </table>
 *
 * <p>Text is UTF-8. Formats of other modules are added with {@link #with}.
 */
public final class DataFiles {
  private static final String GZ = ".gz";
  private static final String PARQUET = "parquet";

  private final Map<String, Function<Path, ExampleSource>> added;

  /** The formats that need no other module. */
  public DataFiles() {
    this(Map.of());
  }

  private DataFiles(Map<String, Function<Path, ExampleSource>> added) {
    this.added = added;
  }

  /**
   * These formats and one more.
   *
   * @param ending of the names of its files, lower case and without a dot
   * @param opener makes a source of a file
   */
  public DataFiles with(String ending, Function<Path, ExampleSource> opener) {
    Map<String, Function<Path, ExampleSource>> more = new TreeMap<>(added);
    more.put(ending, opener);
    return new DataFiles(more);
  }

  /**
   * The rows of files and folders. A folder stands for the files in it, in the order of their
   * names, save those whose names begin with a dot or an underscore; all must be of a known format.
   *
   * @throws DataException if something is missing, of an unknown format, or a folder without files
   */
  public ExampleSource open(Path... paths) {
    List<ExampleSource> sources =
        Arrays.stream(paths).flatMap(path -> files(path).stream()).map(this::file).toList();
    return sources.size() == 1 ? sources.get(0) : new ConcatenatedSource(sources);
  }

  private List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    List<Path> files;
    try (Stream<Path> entries = Files.list(path)) {
      files = entries.filter(DataFiles::isShown).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      throw new StorageException(path + ": cannot be listed: " + e, e);
    }
    if (files.isEmpty()) {
      throw new DataException(path + ": no files in this folder; wanted are " + known());
    }
    return files;
  }

  private static boolean isShown(Path path) {
    String name = path.getFileName().toString();
    return !name.startsWith(".") && !name.startsWith("_");
  }

  private ExampleSource file(Path file) {
    if (Files.isDirectory(file)) {
      throw new DataException(
          file + ": a folder within a folder of data; name the folders one by one");
    }
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file; wanted is a file of examples");
    }
    String ending = ending(file);
    if (added.containsKey(ending)) {
      return added.get(ending).apply(file);
    }
    if (ending.equals(PARQUET)) {
      throw new DataException(
          file
              + ": Parquet files are read by a module of their own; add the Maven dependency"
              + " org.tune4j:data-sources and open with"
              + " new DataFiles().with(\"parquet\", ParquetSource::new)");
    }
    FileFormat format =
        FileFormat.of(ending)
            .orElseThrow(
                () ->
                    new DataException(
                        file + ": the ending '" + ending + "' is not known; known are " + known()));
    boolean lines = format == FileFormat.JSON && isJsonLines(file);
    return new FileSource(file, lines ? FileFormat.JSON_LINES : format, Row.MAX_BYTES);
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    String plain = name.endsWith(GZ) ? name.substring(0, name.length() - GZ.length()) : name;
    return plain.substring(plain.lastIndexOf('.') + 1);
  }

  private String known() {
    TreeSet<String> endings = new TreeSet<>(FileFormat.allEndings());
    endings.addAll(added.keySet());
    return "." + String.join(", .", endings) + ", each also with .gz";
  }

  /** Whether a file's first line is a whole JSON object and more follows. */
  private static boolean isJsonLines(Path file) {
    try (ByteInput in = ByteInput.open(file)) {
      if (in.peek() != '{') {
        return false;
      }
      Lines lines = new Lines(in, Row.MAX_BYTES);
      lines.next();
      Optional<JsonNode> first = json(lines.bytes());
      while (first.isPresent() && lines.next()) {
        if (!lines.bytes().isBlank()) {
          return true;
        }
      }
      return false;
    }
  }

  private static Optional<JsonNode> json(RowBytes bytes) {
    try {
      return Optional.of(StrictJson.parse(bytes.text()));
    } catch (DataException e) {
      // Not a whole value: the first line of one that goes on.
      return Optional.empty();
    }
  }
}
