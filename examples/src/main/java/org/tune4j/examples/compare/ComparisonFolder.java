package org.tune4j.examples.compare;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.ResultFolder;

/**
 * The folder of a comparison: {@code budget.json}, the base in {@code model}, rows, and a folder a
 * method. A method whose folder is complete is not run again.
 */
final class ComparisonFolder {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path work;

  ComparisonFolder(Path work) {
    this.work = work;
  }

  /** The folder of the base. */
  Path model() {
    return work.resolve("model");
  }

  /** The folder of a method. */
  Path of(String method) {
    return work.resolve(method);
  }

  /** The folder of a method's run, from 0. */
  static Path run(Path method, int seed) {
    return method.resolve("run-" + (seed + 1));
  }

  Budget budget() {
    return read(work.resolve("budget.json"), new TypeReference<>() {});
  }

  /**
   * Begins, or goes on.
   *
   * @throws ConfigException if the folder is of a comparison with another budget
   * @return whether it begins
   */
  boolean open(Budget budget) {
    if (Files.exists(work.resolve("budget.json"))) {
      if (!budget().equals(budget)) {
        throw new ConfigException(
            "%s: is of a comparison with %s; found %s: take another folder"
                .formatted(work, budget(), budget));
      }
      return false;
    }
    write(work.resolve("budget.json"), budget);
    return true;
  }

  boolean isComplete(String method) {
    return Files.exists(cost(method));
  }

  private Path cost(String method) {
    return of(method).resolve("cost.json");
  }

  void writeSearch(String method, SortedMap<Double, Double> losses) {
    write(of(method).resolve("search.json"), losses);
  }

  SortedMap<Double, Double> readSearch(String method) {
    TypeReference<TreeMap<Double, Double>> kind = new TypeReference<>() {};
    return read(of(method).resolve("search.json"), kind);
  }

  void writeCost(String method, MethodCost cost) {
    write(cost(method), cost);
  }

  MethodCost readCost(String method) {
    return read(cost(method), new TypeReference<>() {});
  }

  /** What each run of a method found. */
  List<EvalResult> results(String method) {
    List<EvalResult> results = new ArrayList<>();
    for (int seed = 0; Files.exists(run(of(method), seed)); seed++) {
      results.addAll(ResultFolder.read(run(of(method), seed)));
    }
    return results;
  }

  static void write(Path file, Object content) {
    try {
      AtomicFile.write(file, JSON.writeValueAsBytes(content));
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static <T> T read(Path file, TypeReference<T> kind) {
    try {
      return JSON.readValue(file.toFile(), kind);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
