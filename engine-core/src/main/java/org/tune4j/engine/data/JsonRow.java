package org.tune4j.engine.data;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The columns of a JSON object that make an example.
 *
 * @param prompt empty for a row of text
 */
record JsonRow(String prompt, String completion) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Columns of conversations, which are not read yet. */
  private static final List<String> CONVERSATIONS = List.of("messages", "conversations");

  /** Pairs of columns that mean prompt and completion. */
  private static final List<List<String>> PAIRS =
      List.of(List.of("prompt", "completion"), List.of("question", "answer"));

  private static final String TEXT = "text";

  static JsonRow parse(String line) throws BadRowException {
    JsonNode row = tree(line);
    if (!row.isObject()) {
      throw new BadRowException("the line is not a JSON object");
    }
    for (String column : CONVERSATIONS) {
      if (row.has(column)) {
        throw new BadRowException(
            "column '"
                + column
                + "': conversations cannot be read yet; give prompt and completion");
      }
    }
    List<List<String>> found = new ArrayList<>();
    for (List<String> pair : PAIRS) {
      if (row.has(pair.get(0)) || row.has(pair.get(1))) {
        found.add(pair);
      }
    }
    if (row.has(TEXT)) {
      found.add(List.of(TEXT));
    }
    if (found.size() != 1) {
      throw new BadRowException(
          (found.isEmpty() ? "none of the known columns" : "more than one kind of columns " + found)
              + "; wanted are prompt and completion, or question and answer, or text");
    }
    List<String> columns = found.get(0);
    return columns.size() == 1
        ? new JsonRow("", string(row, TEXT))
        : new JsonRow(string(row, columns.get(0)), string(row, columns.get(1)));
  }

  private static JsonNode tree(String line) throws BadRowException {
    try {
      return JSON.readTree(line);
    } catch (StreamConstraintsException e) {
      throw new BadRowException("too long or too deep: " + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new BadRowException(
          "not valid JSON" + (at == null ? "" : " at column " + at.getColumnNr()));
    }
  }

  private static String string(JsonNode row, String column) throws BadRowException {
    JsonNode value = row.path(column);
    if (value.isMissingNode()) {
      throw new BadRowException("column '" + column + "' is missing");
    }
    if (!value.isTextual()) {
      throw new BadRowException(
          "column '"
              + column
              + "' is "
              + value.getNodeType().toString().toLowerCase(Locale.ROOT)
              + ", wanted is a string");
    }
    return value.asText();
  }
}
