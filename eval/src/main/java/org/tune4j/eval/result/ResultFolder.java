package org.tune4j.eval.result;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.DurableFolder;
import org.tune4j.engine.train.Versions;
import org.tune4j.eval.stats.Interval;

/**
 * The files of an evaluation, named as lm-evaluation-harness names them: {@code results.json} with
 * the figures of each task, and {@code samples_TASK.jsonl} with the rows that they follow from.
 */
public final class ResultFolder {
  private static final String RESULTS = "results.json";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private ResultFolder() {}

  /**
   * Writes what tasks found of one model.
   *
   * @param results at least one, all of one model
   */
  public static void write(Path folder, List<EvalResult> results) {
    DurableFolder.make(folder);
    Map<String, Object> tasks = new LinkedHashMap<>();
    for (EvalResult result : results) {
      Map<String, Object> figures = new LinkedHashMap<>();
      result.figures().forEach(figure -> figures.put(figure.name(), json(figure)));
      tasks.put(result.task(), figures);
      AtomicFile.write(samples(folder, result.task()), lines(result.rows()));
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("model_name", results.get(0).model());
    all.put("results", tasks);
    all.put("versions", Versions.current());
    try {
      AtomicFile.write(
          folder.resolve(RESULTS),
          JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(all));
    } catch (JacksonException e) {
      throw new StorageException(folder + ": the results cannot be written: " + e.getMessage(), e);
    }
  }

  /** A figure by the names of its fields; what is undefined is null. */
  public static Map<String, Object> json(Figure figure) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("value", figure.isDefined() ? figure.value() : null);
    figure
        .interval()
        .ifPresent(
            interval -> {
              json.put("ci_low", interval.low());
              json.put("ci_high", interval.high());
              json.put("ci_level", interval.level());
            });
    json.put("n", figure.count());
    json.put("higher_is_better", figure.higherIsBetter());
    if (!figure.signature().isEmpty()) {
      json.put("signature", figure.signature());
    }
    return json;
  }

  private static Path samples(Path folder, String task) {
    return folder.resolve("samples_" + task + ".jsonl");
  }

  private static byte[] lines(List<EvalRow> rows) {
    StringBuilder lines = new StringBuilder();
    try {
      for (EvalRow row : rows) {
        lines.append(JSON.writerFor(EvalRow.class).writeValueAsString(row)).append('\n');
      }
    } catch (JacksonException e) {
      throw new StorageException("samples cannot be written: " + e.getMessage(), e);
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws DataException if the folder has no results, or a file of it is damaged
   */
  public static List<EvalResult> read(Path folder) {
    Path file = folder.resolve(RESULTS);
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + " is missing; wanted a folder that eval wrote");
    }
    try {
      JsonNode all = JSON.readTree(Files.readString(file));
      String model = all.path("model_name").asText();
      List<EvalResult> results = new ArrayList<>();
      for (Map.Entry<String, JsonNode> task : all.path("results").properties()) {
        List<Figure> figures = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : task.getValue().properties()) {
          figures.add(figure(each.getKey(), each.getValue()));
        }
        results.add(
            new EvalResult(
                task.getKey(), model, figures, readRows(samples(folder, task.getKey()))));
      }
      if (results.isEmpty()) {
        throw new DataException(file + ": results: found none, wanted at least one task");
      }
      return results;
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Figure figure(String name, JsonNode json) {
    Optional<Interval> interval =
        json.has("ci_low")
            ? Optional.of(
                new Interval(
                    json.path("ci_low").asDouble(),
                    json.path("ci_high").asDouble(),
                    json.path("ci_level").asDouble()))
            : Optional.empty();
    return new Figure(
        name,
        json.path("value").asDouble(Double.NaN),
        interval,
        json.path("n").asLong(),
        json.path("higher_is_better").asBoolean(),
        json.path("signature").asText());
  }

  /**
   * Reads rows: a line each.
   *
   * @throws DataException if a line is none; it says which
   */
  public static List<EvalRow> readRows(Path samples) {
    List<EvalRow> rows = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(samples)) {
      String line;
      while ((line = reader.readLine()) != null) {
        rows.add(row(samples + ":" + (rows.size() + 1), line));
      }
    } catch (IOException e) {
      throw new DataException(samples + ": cannot be read: " + e.getMessage(), e);
    }
    return rows;
  }

  private static EvalRow row(String where, String line) {
    try {
      return JSON.readValue(line, EvalRow.class);
    } catch (JacksonException | NullPointerException e) {
      throw new DataException(where + ": no row of samples: " + e.getMessage(), e);
    }
  }
}
