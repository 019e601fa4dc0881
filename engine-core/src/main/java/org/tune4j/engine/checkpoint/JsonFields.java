package org.tune4j.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/**
 * Typed access to the fields of a JSON object: a value of another kind is refused with file, field,
 * wanted and found, never bent into the kind that is wanted. A field that is null counts as left
 * out.
 */
public class JsonFields {
  private final Object file;
  private final JsonNode json;

  /**
   * @param file where it stands, for errors
   * @param json an object, or a missing node, which has no fields
   */
  public JsonFields(Object file, JsonNode json) {
    this.file = file;
    this.json = json;
  }

  /** All of it. */
  public JsonNode json() {
    return json;
  }

  /** Whether a field is there. */
  public boolean has(String field) {
    return json.hasNonNull(field);
  }

  /** A text. */
  public String text(String field) {
    JsonNode node = json.path(field);
    if (!node.isTextual()) {
      throw wrong(field, "a text", node);
    }
    return node.textValue();
  }

  /** A text, or what stands for one that is left out. */
  public String text(String field, String otherwise) {
    return has(field) ? text(field) : otherwise;
  }

  /** A whole number. */
  public int whole(String field) {
    return whole(field, json.path(field));
  }

  /** A whole number, or what stands for one that is left out. */
  public int whole(String field, int otherwise) {
    return has(field) ? whole(field) : otherwise;
  }

  /** The whole number of a node in a field. */
  protected int whole(String field, JsonNode node) {
    if (!node.isInt()) {
      throw wrong(field, "a whole number below 2^31", node);
    }
    return node.intValue();
  }

  /** A finite number. */
  public double number(String field) {
    return number(field, json.path(field));
  }

  /** A finite number, or what stands for one that is left out. */
  public double number(String field, double otherwise) {
    return has(field) ? number(field) : otherwise;
  }

  /** The finite number of a node in a field. */
  protected double number(String field, JsonNode node) {
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw wrong(field, "a finite number", node);
    }
    return node.doubleValue();
  }

  /** True or false, or what stands for it where it is left out. */
  public boolean flag(String field, boolean otherwise) {
    JsonNode node = json.path(field);
    if (has(field) && !node.isBoolean()) {
      throw wrong(field, "true or false", node);
    }
    return has(field) ? node.booleanValue() : otherwise;
  }

  /** What is to be thrown for a field that is not what is wanted. */
  public ModelFormatException wrong(String field, String wanted, JsonNode found) {
    return new ModelFormatException(
        file
            + ": field "
            + field
            + ": wanted "
            + wanted
            + ", found "
            + (found.isMissingNode() ? "nothing" : Shortened.text(found)));
  }
}
