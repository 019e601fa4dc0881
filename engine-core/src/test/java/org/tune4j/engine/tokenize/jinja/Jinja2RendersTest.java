package org.tune4j.engine.tokenize.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.Tune4jException;

/**
 * Templates of our own of which the results are what jinja2 3.1.6 gave, as transformers 5.24
 * configures it ({@code _compile_jinja_template}), with the clock at {@link Rendering#NOW}. The
 * first line of the file holds the variables. Where jinja2 failed, any typed exception is right.
 */
class Jinja2RendersTest {
  private static List<JsonNode> lines() throws IOException {
    try (InputStream in = Jinja2RendersTest.class.getResourceAsStream("jinja2-renders.jsonl")) {
      List<JsonNode> lines = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        lines.add(Rendering.json(line));
      }
      return lines;
    }
  }

  @Test
  void everyTemplateGivesWhatJinja2Gave() throws IOException {
    List<JsonNode> lines = lines();
    JsonNode variables = lines.get(0).path("variables");
    assertThat(lines).hasSizeGreaterThan(1300);
    SoftAssertions softly = new SoftAssertions();
    for (JsonNode line : lines.subList(1, lines.size())) {
      check(line, variables, softly);
    }
    softly.assertAll();
  }

  private static void check(JsonNode line, JsonNode variables, SoftAssertions softly) {
    String template = line.path("template").asText();
    if (line.has("error")) {
      Throwable thrown = catchThrowable(() -> Rendering.render(template, variables, Origin.INPUT));
      softly.assertThat(thrown).as(template).isInstanceOf(Tune4jException.class);
      if (line.has("reason")) {
        softly
            .assertThat(thrown)
            .as(template)
            .isInstanceOfSatisfying(
                TemplateRefusal.class,
                refusal -> assertThat(refusal.reason()).isEqualTo(line.path("reason").asText()));
      }
      return;
    }
    softly
        .assertThatCode(
            () -> {
              Output output = Rendering.render(template, variables, Origin.INPUT);
              assertThat(output.text()).as(template).isEqualTo(line.path("text").asText());
              assertThat(spans(output)).as(template).isEqualTo(spans(line));
            })
        .doesNotThrowAnyException();
  }

  private static String spans(JsonNode line) {
    return line.path("spans").isMissingNode() ? "[]" : line.path("spans").toString();
  }

  /** The generation spans in code points, as Python counts. */
  private static String spans(Output output) {
    List<String> spans = new ArrayList<>();
    for (Output.Span span : output.generations()) {
      int start = output.text().codePointCount(0, span.start());
      int end = output.text().codePointCount(0, span.end());
      spans.add("[" + start + "," + end + "]");
    }
    return "[" + String.join(",", spans) + "]";
  }
}
