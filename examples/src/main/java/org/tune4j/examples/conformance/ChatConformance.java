package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.tokenize.chat.Chat;
import org.tune4j.engine.tokenize.chat.ChatTemplate;
import org.tune4j.engine.tokenize.chat.RenderedChat;
import org.tune4j.engine.tokenize.jinja.Output;
import org.tune4j.engine.tokenize.jinja.TemplateRefusal;

/** Whether chat templates render as transformers renders them, refusals and spans included. */
public final class ChatConformance {
  private static final String CHECK = "chat";

  /** Checks a folder with {@code golden.json} and {@code templates}. */
  public void check(Path folder, CheckSink sink) {
    try {
      JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
      LocalDateTime now = LocalDateTime.parse(golden.path("fixed_now").asText());
      for (Map.Entry<String, JsonNode> entry : golden.path("templates").properties()) {
        JsonNode template = entry.getValue();
        Path file = folder.resolve(template.path("file").asText());
        String source = Files.readString(file);
        for (JsonNode render : template.path("renders")) {
          String name =
              entry.getKey()
                  + " "
                  + render.path("conversation").asText()
                  + (render.path("add_generation_prompt").asBoolean() ? " +" : "");
          Chat chat = chat(golden.path("conversations").path(render.path("conversation").asText()));
          boolean prompt = render.path("add_generation_prompt").asBoolean();
          checkRender(
              () ->
                  ChatTemplate.of(source, tokens(template.path("variables")), file, () -> now)
                      .render(chat, prompt),
              name,
              render,
              sink);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FunctionalInterface
  private interface Rendering {
    RenderedChat render();
  }

  private static void checkRender(
      Rendering rendering, String name, JsonNode golden, CheckSink sink) {
    JsonNode error = golden.path("error");
    try {
      RenderedChat rendered = rendering.render();
      boolean same = error.isMissingNode() && rendered.text().equals(golden.path("text").asText());
      sink.exact(CHECK, name, same ? 0 : 1);
      if (golden.has("assistant_spans")) {
        sink.exact(
            CHECK,
            name + " spans",
            spans(rendered).equals(spans(golden.path("assistant_spans"))) ? 0 : 1);
      }
    } catch (TemplateRefusal e) {
      boolean refused =
          error.path("kind").asText().equals("raise_exception")
              && e.reason().equals(error.path("message").asText());
      sink.exact(CHECK, name, refused ? 0 : 1);
    } catch (DataException | ModelFormatException e) {
      sink.exact(CHECK, name, error.path("kind").asText().equals("runtime") ? 0 : 1);
    }
  }

  /** Start and end in code points. */
  private static List<List<Integer>> spans(RenderedChat rendered) {
    List<List<Integer>> spans = new ArrayList<>();
    for (Output.Span span : rendered.generations()) {
      spans.add(
          List.of(
              rendered.text().codePointCount(0, span.start()),
              rendered.text().codePointCount(0, span.end())));
    }
    return spans;
  }

  private static List<List<Integer>> spans(JsonNode golden) {
    List<List<Integer>> spans = new ArrayList<>();
    golden.forEach(span -> spans.add(List.of(span.path(0).asInt(), span.path(1).asInt())));
    return spans;
  }

  private static Map<String, String> tokens(JsonNode variables) {
    Map<String, String> tokens = new LinkedHashMap<>();
    variables.properties().forEach(v -> tokens.put(v.getKey(), v.getValue().asText()));
    return tokens;
  }

  private static Chat chat(JsonNode conversation) {
    List<ObjectNode> messages = new ArrayList<>();
    conversation.path("messages").forEach(message -> messages.add((ObjectNode) message));
    Map<String, JsonNode> variables = new LinkedHashMap<>();
    conversation.path("kwargs").properties().forEach(v -> variables.put(v.getKey(), v.getValue()));
    return new Chat(
        messages,
        conversation.path("tools") instanceof ArrayNode tools
            ? Optional.of(tools)
            : Optional.empty(),
        Optional.empty(),
        variables);
  }
}
