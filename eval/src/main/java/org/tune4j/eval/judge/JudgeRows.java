package org.tune4j.eval.judge;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Shortened;

/**
 * Answers in a file of JSON lines: {@code prompt} or {@code input}, {@code output}, and perhaps
 * {@code reference} or {@code references}, of which the first is taken, and {@code where}. So the
 * samples that an evaluation writes can be judged, and any others.
 */
public final class JudgeRows {
  private static final JsonMapper JSON = new JsonMapper();

  private JudgeRows() {}

  /**
   * Reads them.
   *
   * @throws DataException if a line is not of this form, which it names, or there is none
   */
  public static List<JudgeRow> read(Path file) {
    List<JudgeRow> rows = new ArrayList<>();
    int number = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          rows.add(row(file + ":" + number, line));
        }
      }
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read after line " + number + ": " + e, e);
    }
    if (rows.isEmpty()) {
      throw new DataException(file + ": found no rows, wanted at least one");
    }
    return rows;
  }

  private static JudgeRow row(String line, String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JacksonException e) {
      throw new DataException(line + ": wanted a JSON object, found " + Shortened.text(text), e);
    }
    String prompt =
        text(line, json, "prompt")
            .or(() -> text(line, json, "input"))
            .orElseThrow(() -> missing(line, "prompt (or input)"));
    String output = text(line, json, "output").orElseThrow(() -> missing(line, "output"));
    Optional<String> reference = text(line, json, "reference");
    JsonNode references = json.path("references");
    if (reference.isEmpty() && references.size() > 0) {
      reference = text(line + ": references", references.path(0));
    }
    return new JudgeRow(text(line, json, "where").orElse(line), prompt, output, reference);
  }

  private static Optional<String> text(String line, JsonNode json, String field) {
    return text(line + ": " + field, json.path(field));
  }

  private static Optional<String> text(String place, JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isTextual()) {
      throw new DataException(place + ": wanted a text, found " + Shortened.text(node));
    }
    return Optional.of(node.textValue());
  }

  private static DataException missing(String line, String field) {
    return new DataException(line + ": has no " + field);
  }
}
