package org.tune4j.engine.tokenize.jinja;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;

/** Renders templates in tests. */
final class Rendering {
  static final ObjectMapper JSON = new ObjectMapper();
  static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 26, 13, 45, 6);

  private Rendering() {}

  /** Renders with the members of a JSON object as variables, all of one origin. */
  static Output render(String template, JsonNode variables, int origin) {
    Map<String, Input> inputs = new LinkedHashMap<>();
    variables
        .fields()
        .forEachRemaining(e -> inputs.put(e.getKey(), new Input(e.getValue(), origin)));
    return render(template, inputs);
  }

  static Output render(String template, Map<String, Input> inputs) {
    return Template.compile(template, "test.jinja").render(Map.of(), inputs, () -> NOW);
  }

  static String render(String template) {
    return render(template, Map.of()).text();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** The text with the origin of each char in place of it: T for the template, else a digit. */
  static String origins(Output output) {
    StringBuilder origins = new StringBuilder();
    for (int run = 0, at = 0; run < output.ends().length; run++) {
      int origin = output.origins()[run];
      String letter = origin == Origin.TEMPLATE ? "T" : origin < 0 ? "I" : "" + origin;
      origins.append(letter.repeat(output.ends()[run] - at));
      at = output.ends()[run];
    }
    return origins.toString();
  }
}
