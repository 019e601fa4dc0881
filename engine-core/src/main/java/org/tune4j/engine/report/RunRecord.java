package org.tune4j.engine.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.DurableFolder;
import org.tune4j.engine.checkpoint.Manifest;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.train.Versions;

/**
 * A run's {@code run.json}: what ran, and the SHA-256 of everything that went in and came out.
 * Beside it lies {@code config.json}, the resolved configuration.
 *
 * @param versions version by name: of tune4j, libtorch, Java, the operating system; and the number
 *     of processors
 * @param base the base model's configuration, weights and tokenizer
 * @param data the files that were learned from
 * @param config the run's {@code config.json}
 * @param result what was trained; null when the run ended without
 */
public record RunRecord(
    Map<String, String> versions, Part base, List<Part> data, Part config, Part result) {
  private static final String RECORD = "run.json";
  private static final String CONFIG = "config.json";

  /** The files of a model or adapter folder that change its numbers. */
  private static final List<String> ENDINGS = List.of(".json", ".jinja", ".model", ".safetensors");

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /**
   * A file or a folder.
   *
   * @param path where it lay, as it was named
   * @param files with their names below the folder
   */
  public record Part(String path, List<Manifest.Entry> files) {
    public Part {
      files = List.copyOf(files);
    }
  }

  public RunRecord {
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    data = List.copyOf(data);
  }

  /**
   * Writes the resolved configuration of a run, and the threads that an operation uses.
   *
   * @param config values by the names of the configuration file; records are taken apart
   */
  public static void writeConfig(Path run, Map<String, ?> config) {
    Map<String, Object> all = new LinkedHashMap<>(config);
    all.put("threads", NativeGate.threads());
    write(run, CONFIG, all);
  }

  /** The configuration that {@link #writeConfig} wrote, if it is there. */
  public static Optional<Map<String, Object>> readConfig(Path run) {
    return read(run.resolve(CONFIG), Map.class)
        .map(
            map -> {
              Map<String, Object> config = new LinkedHashMap<>();
              map.forEach((key, value) -> config.put(String.valueOf(key), value));
              return config;
            });
  }

  /**
   * Reads and hashes the files of a run whose {@code config.json} is written.
   *
   * @param run the run's folder
   * @param base the base model's folder
   * @param data the files that were learned from
   * @param result the adapter's or model's folder; null for none
   * @throws StorageException if a file cannot be read
   */
  public static RunRecord of(Path run, Path base, List<Path> data, Path result) {
    return new RunRecord(
        Versions.current(),
        part(base),
        data.stream().map(RunRecord::part).toList(),
        part(run.resolve(CONFIG)),
        result == null ? null : part(result));
  }

  /** Writes {@code run.json}. */
  public void writeTo(Path run) {
    write(run, RECORD, this);
  }

  /** The record in a run's folder, if it is there. */
  public static Optional<RunRecord> read(Path run) {
    return read(run.resolve(RECORD), RunRecord.class);
  }

  private static Part part(Path path) {
    try {
      List<Manifest.Entry> entries = new ArrayList<>();
      for (Path file : files(path)) {
        entries.add(Manifest.Entry.of(file.toRealPath(), file.getFileName().toString()));
      }
      return new Part(path.toString(), entries);
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<Path> files(Path path) throws IOException {
    // Not Files.isDirectory, which takes a disk that cannot be read for a no.
    if (!Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
      return List.of(path);
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(file -> ENDINGS.stream().anyMatch(file.getFileName().toString()::endsWith))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      // A stream of entries has no other way to say that the folder cannot be read further.
      throw e.getCause();
    }
  }

  private static void write(Path run, String name, Object content) {
    DurableFolder.make(run);
    try {
      AtomicFile.write(run.resolve(name), JSON.writeValueAsBytes(content));
    } catch (JsonProcessingException e) {
      throw new EngineBugException(name + " cannot be written as JSON", e);
    }
  }

  private static <T> Optional<T> read(Path file, Class<T> type) {
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), type));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new ModelFormatException(
          file + ": not what a run writes: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
