package org.tune4j.engine.data;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A line of JSON, read strictly. */
final class JsonRow {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonRow() {}

  static ObjectNode parse(String line) throws BadRowException {
    if (tree(line) instanceof ObjectNode row) {
      return row;
    }
    throw new BadRowException("the line is not a JSON object");
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
}
