package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.temporal.TemporalAccessor;
import java.util.Map;
import java.util.UUID;
import org.tune4j.engine.DataException;

/**
 * Java values as column values. One value has one form here, the one that its JSON text would be
 * read back as: whole numbers in the smallest integer node that holds them, all others as decimals.
 */
public final class JsonValues {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonValues() {}

  /**
   * The columns of a row.
   *
   * @throws DataException if a value fits no column; names the column
   */
  public static ObjectNode row(Map<String, ?> columns) {
    if (columns == null) {
      throw new DataException("the row is null, wanted is a map of columns");
    }
    ObjectNode row = NODES.objectNode();
    columns.forEach(
        (name, value) -> {
          try {
            row.set(name(name), of(value));
          } catch (DataException e) {
            throw new DataException("column '" + name + "': " + e.getMessage(), e);
          }
        });
    return row;
  }

  /**
   * A value: null, text, boolean, number, {@code java.time} value or UUID (as text), JSON, or a
   * map, collection or array of these.
   *
   * @throws DataException if it is none of these
   */
  public static JsonNode of(Object value) {
    return of(value, 0);
  }

  private static JsonNode of(Object value, int depth) {
    if (depth > StrictJson.MAX_DEPTH) {
      throw new DataException("nested deeper than " + StrictJson.MAX_DEPTH + " levels");
    }
    if (value == null) {
      return NullNode.instance;
    }
    if (value instanceof JsonNode json) {
      return ofJson(json, depth);
    }
    if (value instanceof CharSequence
        || value instanceof Character
        || value instanceof TemporalAccessor
        || value instanceof UUID) {
      return TextNode.valueOf(value.toString());
    }
    if (value instanceof Enum<?> constant) {
      return TextNode.valueOf(constant.name());
    }
    if (value instanceof Boolean truth) {
      return BooleanNode.valueOf(truth);
    }
    if (value instanceof Number number) {
      return ofNumber(number);
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = NODES.objectNode();
      map.forEach((key, element) -> object.set(name(key), of(element, depth + 1)));
      return object;
    }
    if (value instanceof Iterable<?> elements) {
      ArrayNode array = NODES.arrayNode();
      elements.forEach(element -> array.add(of(element, depth + 1)));
      return array;
    }
    if (value.getClass().isArray() && !(value instanceof byte[])) {
      ArrayNode array = NODES.arrayNode();
      for (int i = 0; i < Array.getLength(value); i++) {
        array.add(of(Array.get(value, i), depth + 1));
      }
      return array;
    }
    throw new DataException(
        "a value of "
            + value.getClass().getTypeName()
            + " fits no column; wanted are text, numbers, booleans, dates, lists and maps");
  }

  private static JsonNode ofJson(JsonNode json, int depth) {
    if (json.isObject()) {
      ObjectNode object = NODES.objectNode();
      json.fields().forEachRemaining(f -> object.set(f.getKey(), of(f.getValue(), depth + 1)));
      return object;
    }
    if (json.isArray()) {
      ArrayNode array = NODES.arrayNode();
      json.forEach(element -> array.add(of(element, depth + 1)));
      return array;
    }
    if (json.isNumber()) {
      return ofNumber(json.numberValue());
    }
    if (json.isTextual() || json.isBoolean() || json.isNull()) {
      return json;
    }
    throw new DataException("JSON of kind " + json.getNodeType() + " fits no column");
  }

  private static String name(Object key) {
    if (key instanceof CharSequence || key instanceof Enum<?>) {
      return key.toString();
    }
    throw new DataException(
        "the key "
            + (key == null ? "null" : "of " + key.getClass().getTypeName())
            + " cannot be a name; wanted is text");
  }

  private static JsonNode ofNumber(Number number) {
    if (number instanceof Byte
        || number instanceof Short
        || number instanceof Integer
        || number instanceof Long) {
      return number(number.longValue());
    }
    if (number instanceof BigInteger whole) {
      return number(whole);
    }
    if (number instanceof BigDecimal decimal) {
      return number(decimal);
    }
    return number(number.toString());
  }

  /**
   * UTF-8 as text.
   *
   * @throws DataException if it is not valid
   */
  public static String text(byte[] utf8) {
    return RowBytes.text(utf8, 0, utf8.length);
  }

  /** A whole number. */
  public static JsonNode number(long value) {
    return (int) value == value ? NODES.numberNode((int) value) : NODES.numberNode(value);
  }

  /** A whole number of any size. */
  public static JsonNode number(BigInteger value) {
    return value.bitLength() < Long.SIZE ? number(value.longValue()) : NODES.numberNode(value);
  }

  /** A decimal, with the digits after its point as they are. */
  public static JsonNode number(BigDecimal value) {
    // Not NODES.numberNode, which may take zeros at the end off.
    return value.scale() == 0 ? number(value.unscaledValue()) : DecimalNode.valueOf(value);
  }

  /**
   * A number as Java writes it.
   *
   * @throws DataException for NaN and the infinities, which JSON lacks
   */
  private static JsonNode number(String text) {
    try {
      return number(new BigDecimal(text));
    } catch (NumberFormatException e) {
      throw new DataException(text + " is no number that a column can hold", e);
    }
  }
}
