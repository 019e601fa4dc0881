package org.tune4j.engine.data.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.tune4j.engine.DataException;

/**
 * JSON as the standard has it: no name twice, nothing after the value, not too deep. Numbers with a
 * fraction or an exponent become decimals, digit by digit.
 */
public final class StrictJson {
  /** Most levels of objects and arrays within each other. */
  static final int MAX_DEPTH = 1000;

  private static final String DUPLICATE = "Duplicate field ";

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(Row.MAX_BYTES)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private StrictJson() {}

  /**
   * The value of a text.
   *
   * @throws DataException if it is not valid JSON; says where, but nothing of the text except names
   *     that occur twice
   */
  public static JsonNode parse(String text) {
    try {
      JsonNode value = JSON.readTree(text);
      if (value.isMissingNode()) {
        throw new DataException("not valid JSON: there is no value");
      }
      return value;
    } catch (StreamConstraintsException e) {
      // No causes here: their messages quote the text, which may be private.
      throw new DataException(
          e.getOriginalMessage().contains("nesting depth")
              ? "nested deeper than " + MAX_DEPTH + " levels"
              : "not usable JSON: a number or a name is too long");
    } catch (JsonProcessingException e) {
      throw new DataException("not valid JSON" + where(e.getLocation()) + duplicate(e));
    }
  }

  /** Where in the text; the line only if there is more than one. */
  private static String where(JsonLocation at) {
    if (at == null) {
      return "";
    }
    return at.getLineNr() > 1
        ? " at column " + at.getColumnNr() + " of its line " + at.getLineNr()
        : " at column " + at.getColumnNr();
  }

  private static String duplicate(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    return message.startsWith(DUPLICATE)
        ? ": the name " + message.substring(DUPLICATE.length()) + " occurs twice"
        : "";
  }

  /** The columns of a row. */
  static ObjectNode row(String text) {
    JsonNode value = parse(text);
    if (value instanceof ObjectNode columns) {
      return columns;
    }
    throw new DataException(
        "found JSON of kind "
            + value.getNodeType().toString().toLowerCase(Locale.ROOT)
            + ", wanted is an object");
  }

  /** The text of a row on one line, in UTF-8; parsing it gives the same row. */
  static byte[] bytes(ObjectNode columns) {
    try {
      return JSON.writeValueAsBytes(columns);
    } catch (JsonProcessingException e) {
      throw new DataException("the row cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }
}
