package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.TreeSet;

/**
 * One text for all JSON texts that mean the same: RFC 8785, save that numbers keep all their digits
 * and lone surrogates are escaped. Written out because which rows are held out hangs on it.
 */
final class CanonicalJson {
  /** Above so many zeros a whole number is written with an exponent. */
  private static final int MOST_ZEROS = 40;

  private final StringBuilder text = new StringBuilder();

  private CanonicalJson() {}

  static String of(JsonNode value) {
    CanonicalJson canonical = new CanonicalJson();
    canonical.add(value);
    return canonical.text.toString();
  }

  private void add(JsonNode value) {
    if (value.isObject()) {
      object(value);
    } else if (value.isArray()) {
      array(value);
    } else if (value.isTextual()) {
      string(value.textValue());
    } else if (value.isNumber()) {
      text.append(number(value.decimalValue()));
    } else {
      text.append(value.asText());
    }
  }

  private void object(JsonNode object) {
    TreeSet<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    text.append('{');
    String comma = "";
    for (String name : names) {
      text.append(comma);
      string(name);
      text.append(':');
      add(object.get(name));
      comma = ",";
    }
    text.append('}');
  }

  private void array(JsonNode array) {
    text.append('[');
    Iterator<JsonNode> elements = array.elements();
    while (elements.hasNext()) {
      add(elements.next());
      text.append(elements.hasNext() ? "," : "");
    }
    text.append(']');
  }

  /** The same for 1, 1.0 and 10e-1. */
  private static String number(BigDecimal number) {
    BigDecimal plain = number.stripTrailingZeros();
    return plain.scale() <= 0 && plain.scale() > -MOST_ZEROS
        ? plain.toPlainString()
        : plain.toString();
  }

  private void string(String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < string.length()
          && Character.isLowSurrogate(string.charAt(i + 1))) {
        text.append(c).append(string.charAt(++i));
      } else {
        character(c);
      }
    }
    text.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\b' -> text.append("\\b");
      case '\t' -> text.append("\\t");
      case '\n' -> text.append("\\n");
      case '\f' -> text.append("\\f");
      case '\r' -> text.append("\\r");
      default -> {
        if (c < ' ' || Character.isSurrogate(c)) {
          text.append(String.format("\\u%04x", (int) c));
        } else {
          text.append(c);
        }
      }
    }
  }
}
