package org.tune4j.examples.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.tokenize.Tokenizer;
import picocli.CommandLine.Command;

/** {@code tune4j chat}: answers lines from standard input, each with those before it. */
@Command(
    name = "chat",
    description = {
      "Answers lines of standard input; the model sees the turns before. An end of file ends it.",
      "Chat templates are not used yet: turns are written as 'User: …' and 'Assistant: …', which is"
          + " not the form that a chat model was trained on."
    })
final class ChatCommand extends SettingsCommand {
  private static final String USER = "User:";
  private static final String ASSISTANT = "Assistant:";
  private static final List<Setting> TABLE = GenerationSettings.with();

  ChatCommand(Console console) {
    super(console);
  }

  @Override
  List<Setting> table() {
    return TABLE;
  }

  @Override
  int run(Settings settings) {
    try (LoadedModel loaded = LoadedModel.of(settings);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))) {
      GenerationConfig config = GenerationSettings.config(settings, loaded.ends());
      console.say(
          "Chat templates are not used yet: the model reads plain '%s …' and '%s …'."
              .formatted(USER, ASSISTANT));
      Deque<String> turns = new ArrayDeque<>();
      invite();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          answer(line.strip(), turns, loaded, config);
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
      String line, Deque<String> turns, LoadedModel loaded, GenerationConfig config) {
    Tokenizer tokenizer = loaded.tokenizer();
    turns.add(USER + " " + line + "\n" + ASSISTANT);
    int room = loaded.model().architecture().maxPositions() - config.maxNewTokens();
    int[] prompt = tokenizer.encode(String.join("\n", turns), true).ids();
    while (prompt.length > room && turns.size() > 1) {
      turns.remove();
      prompt = tokenizer.encode(String.join("\n", turns), true).ids();
    }
    Generated generated = new Generator(loaded.model()).generate(List.of(prompt), config).get(0);
    String text = tokenizer.decode(generated.newIds(), true);
    int next = text.indexOf("\n" + USER);
    String reply = (next < 0 ? text : text.substring(0, next)).strip();
    turns.add(turns.removeLast() + " " + reply);
    if (json()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("user", line);
      object.put("text", reply);
      console.json(object);
    } else {
      console.out().println(reply);
    }
  }
}
