package org.tune4j.engine.tokenize.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Goldens;

/** The assistant's turns in real templates, over all conversations that these render. */
class ChatTurnsGoldenTest {
  private static final Pattern CONTROL =
      Pattern.compile(
          "<[|｜][^<>\\n]{1,40}?[|｜]>|</?s>|<(?:end|start)_of_turn>|<bos>|<eos>|\\[/?INST\\]"
              + "|\\[/?(?:AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|SYSTEM_PROMPT)\\]");

  /** Where a template's model stops: the end tokens that the models' own files name. */
  private static final Map<String, Set<String>> STOPS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("CohereForAI-c4ai-command-r-plus", Set.of("<|END_OF_TURN_TOKEN|>")),
              Map.entry("CohereForAI-c4ai-command-r7b", Set.of("<|END_OF_TURN_TOKEN|>")),
              Map.entry("HuggingFaceTB", Set.of("<|im_end|>")),
              Map.entry("LFM2", Set.of("<|im_end|>")),
              Map.entry("Mistral", Set.of("</s>")),
              Map.entry("mistralai", Set.of("</s>")),
              Map.entry("NousResearch", Set.of("<|im_end|>")),
              Map.entry("Qwen", Set.of("<|im_end|>")),
              Map.entry("deepseek", Set.of("<｜end▁of▁sentence｜>")),
              Map.entry("google-gemma", Set.of("<end_of_turn>")),
              Map.entry("ibm-granite", Set.of("<|end_of_text|>")),
              Map.entry("meetkai", Set.of("<|eot_id|>", "<|eom_id|>")),
              Map.entry("meta-llama", Set.of("<|eot_id|>")),
              Map.entry("microsoft-Phi", Set.of("<|end|>")),
              Map.entry("moonshotai", Set.of("<|im_end|>")),
              Map.entry("openai-gpt-oss", Set.of("<|end|>", "<|return|>", "<|call|>")),
              Map.entry("trl-llama3", Set.of("<|eot_id|>")),
              Map.entry("trl-qwen", Set.of("<|im_end|>"))));

  private int checked;

  @Test
  void aTurnIsWhatTheAssistantSaidWithItsStopToken() throws IOException {
    Path folder = Goldens.folder("chat");
    JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
    LocalDateTime now = LocalDateTime.parse(golden.path("fixed_now").asText());
    for (Map.Entry<String, JsonNode> template : golden.path("templates").properties()) {
      Map<String, String> tokens = new TreeMap<>();
      template
          .getValue()
          .path("variables")
          .properties()
          .forEach(v -> tokens.put(v.getKey(), v.getValue().asText()));
      Set<String> control = new TreeSet<>(tokens.values());
      for (JsonNode render : template.getValue().path("renders")) {
        CONTROL
            .matcher(render.path("text").asText())
            .results()
            .forEach(m -> control.add(m.group()));
      }
      String source = Files.readString(folder.resolve(template.getValue().path("file").asText()));
      ChatTemplate compiled = ChatTemplate.of(source, tokens, template.getKey(), () -> now);
      for (Map.Entry<String, JsonNode> c : golden.path("conversations").properties()) {
        check(
            template.getKey(),
            c.getKey(),
            compiled,
            new ChatTurns(compiled, control),
            c.getValue());
      }
    }
    assertThat(checked).isGreaterThan(250);
  }

  private void check(
      String template, String name, ChatTemplate compiled, ChatTurns turns, JsonNode conversation) {
    Chat chat = chat(conversation);
    RenderedChat full = rendered(compiled, chat);
    if (full == null) {
      return;
    }
    if (template.startsWith("mistralai-Mistral-Nemo") && name.equals("empty_content")) {
      // Nothing is said, and the system message moves to the last user turn: no way to tell.
      assertThatThrownBy(() -> turns.of(chat, full)).hasMessageContaining("cannot be told");
      return;
    }
    for (Turn turn : turns.of(chat, full)) {
      if (turn.role().equals("assistant")) {
        String where = template + " " + name + " #" + turn.message();
        String text = full.text().substring(turn.start(), turn.stop());
        JsonNode message = chat.messages().get(turn.message());
        JsonNode content = message.path("content");
        if (content.isTextual() && message.path("tool_calls").isEmpty()) {
          // Templates may leave reasoning out, white space at the ends, and words beside calls.
          String[] parts = content.asText().split("</think>");
          assertThat(text).as(where).contains(parts[parts.length - 1].strip());
        }
        for (int i = 0; i < chat.messages().size(); i++) {
          boolean other = !chat.messages().get(i).path("role").asText().equals("assistant");
          assertThat(other && overlaps(full, i, turn)).as(where).isFalse();
        }
        checkStop(template, where, name, full.text().substring(turn.stop(), turn.end()));
        checked++;
      }
    }
  }

  /** Null if the template refuses the chat. */
  private static RenderedChat rendered(ChatTemplate template, Chat chat) {
    try {
      return template.render(chat, false);
    } catch (DataException refused) {
      return null;
    }
  }

  private static boolean overlaps(RenderedChat full, int message, Turn turn) {
    int start = 0;
    for (int run = 0; run < full.output().ends().length; run++) {
      int end = full.output().ends()[run];
      if (full.output().origins()[run] == message && start < turn.end() && end > turn.start()) {
        return true;
      }
      start = end;
    }
    return false;
  }

  private static void checkStop(String template, String where, String name, String stop) {
    // Command R+ ends no turn that calls tools, and GLM none at all: the next speaker's token does
    // where there is a next one.
    boolean callsTools = name.startsWith("tool_call");
    boolean none = template.startsWith("GLM") || template.contains("r-plus") && callsTools;
    Optional<Set<String>> known =
        STOPS.entrySet().stream()
            .filter(entry -> template.startsWith(entry.getKey()))
            .map(Map.Entry::getValue)
            .findFirst();
    if (none) {
      assertThat(stop).as(where).isIn("", "<|END_OF_TURN_TOKEN|>", "<|user|>", "<|observation|>");
    } else {
      assertThat(known.orElseThrow()).as(where).contains(stop);
    }
  }

  private static Chat chat(JsonNode conversation) {
    List<ObjectNode> messages = new ArrayList<>();
    conversation.path("messages").forEach(message -> messages.add((ObjectNode) message));
    Map<String, JsonNode> variables = new TreeMap<>();
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
