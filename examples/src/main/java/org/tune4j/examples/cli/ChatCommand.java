package org.tune4j.examples.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.tokenize.chat.Chat;
import org.tune4j.engine.tokenize.chat.ChatTemplate;
import org.tune4j.engine.tokenize.chat.ChatTokens;
import picocli.CommandLine.Command;

/** {@code tune4j chat}: answers lines from standard input, each with those before it. */
@Command(
    name = "chat",
    description = {
      "Answers lines of standard input in the model's own chat template; the model sees the turns"
          + " before. An end of file ends it."
    })
final class ChatCommand extends SettingsCommand {
  private static final List<Setting> TABLE = GenerationSettings.with();

  ChatCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    Path folder = required(settings, "model");
    ChatTemplate template =
        ChatTemplate.load(folder)
            .orElseThrow(
                () ->
                    new ConfigException(
                        folder
                            + ": has no chat template, so nobody taught it to chat; continue a text"
                            + " with generate"));
    try (LoadedModel loaded = LoadedModel.of(settings);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))) {
      GenerationConfig config = GenerationSettings.config(settings, loaded.ends());
      List<ObjectNode> messages = new ArrayList<>();
      invite();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          answer(line.strip(), messages, template, loaded, config);
        }
        invite();
      }
    } catch (IOException e) {
      throw new StorageException("standard input: cannot be read: " + e.getMessage(), e);
    }
    return 0;
  }

  private void invite() {
    if (console.terminal()) {
      console.err().print("> ");
      console.err().flush();
    }
  }

  private void answer(
      String line,
      List<ObjectNode> messages,
      ChatTemplate template,
      LoadedModel loaded,
      GenerationConfig config) {
    messages.add(message("user", line));
    int room = loaded.model().architecture().maxPositions() - config.maxNewTokens();
    int[] prompt = prompt(messages, template, loaded);
    while (prompt.length > room && messages.size() > 2) {
      // The oldest question, and its answer.
      messages.subList(0, 2).clear();
      prompt = prompt(messages, template, loaded);
    }
    Generated generated =
        new Generator(loaded.model())
            .generate(loaded.tokenizer(), List.of(prompt), new long[1], config, (row, piece) -> {})
            .get(0);
    String reply = loaded.tokenizer().decode(generated.newIds(), true).strip();
    messages.add(message("assistant", reply));
    if (json()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("user", line);
      object.put("text", reply);
      console.json(object);
    } else {
      console.out().println(reply);
    }
  }

  private static ObjectNode message(String role, String content) {
    return JsonNodeFactory.instance.objectNode().put("role", role).put("content", content);
  }

  private static int[] prompt(
      List<ObjectNode> messages, ChatTemplate template, LoadedModel loaded) {
    return ChatTokens.of(loaded.tokenizer(), template.render(Chat.of(messages), true), true).ids();
  }
}
