package org.tune4j.examples.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.Manifest;

/**
 * A run's folder as it is seen from outside.
 *
 * @param updates the updates of the whole run
 */
record RunFiles(Path path, long updates) {
  private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-(\\d+)");
  private static final JsonMapper JSON = new JsonMapper();

  /** What differs between two runs that learned the same. */
  private static final List<String> MEASURED = List.of("seconds", "rss_mib", "peak_rss_mib");

  /** The update of the last whole line of {@code metrics.jsonl}; 0 for none. */
  long made() {
    String text = read(path.resolve("metrics.jsonl"));
    int end = text.lastIndexOf('\n');
    return end < 0
        ? 0
        : step(text.substring(Math.max(0, text.lastIndexOf('\n', end - 1) + 1), end));
  }

  private static long step(String line) {
    try {
      return JSON.readTree(line).path("step").asLong();
    } catch (JsonProcessingException e) {
      throw new ModelFormatException("metrics.jsonl: a whole line is not JSON: " + line, e);
    }
  }

  /** The newest checkpoint whose files are all as their manifest says; 0 for none. */
  long newestWhole() {
    List<Long> newestFirst =
        list(path).stream()
            .map(file -> CHECKPOINT.matcher(file.getFileName().toString()))
            .filter(Matcher::matches)
            .map(name -> Long.valueOf(name.group(1)))
            .sorted(Comparator.reverseOrder())
            .toList();
    return newestFirst.stream().filter(this::isWhole).findFirst().orElse(0L);
  }

  private boolean isWhole(long checkpoint) {
    try {
      Manifest.verified(path.resolve("checkpoint-" + checkpoint));
      return true;
    } catch (ModelFormatException e) {
      return false;
    }
  }

  /** In what this run, which has ended, differs from another: nothing, if none was lost. */
  List<String> differences(RunFiles other) {
    Map<String, String> ours = result();
    Map<String, String> theirs = other.result();
    TreeSet<String> names = new TreeSet<>(ours.keySet());
    names.addAll(theirs.keySet());
    names.removeIf(name -> theirs.getOrDefault(name, "").equals(ours.get(name)));
    return List.copyOf(names);
  }

  /** SHA-256 by file of the adapter and of the last checkpoint, and what the metrics say. */
  private Map<String, String> result() {
    Map<String, String> result = new TreeMap<>();
    for (String name : List.of("adapter", "checkpoint-" + updates)) {
      for (Path file : list(path.resolve(name))) {
        String below = name + "/" + file.getFileName();
        result.put(below, sha256(file, below));
      }
    }
    result.put("metrics.jsonl", String.join("\n", metrics()));
    return result;
  }

  private static String sha256(Path file, String name) {
    try {
      return Manifest.Entry.of(file, name).sha256();
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private List<String> metrics() {
    List<String> lines = new ArrayList<>();
    for (String line : read(path.resolve("metrics.jsonl")).lines().toList()) {
      try {
        lines.add(((ObjectNode) JSON.readTree(line)).remove(MEASURED).toString());
      } catch (JsonProcessingException | ClassCastException e) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new StorageException(folder + ": cannot be listed: " + e.getMessage(), e);
    }
  }
}
