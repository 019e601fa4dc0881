package org.tune4j.engine.tokenize.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.gguf.hub.GgufTokenizer;

/**
 * The chat templates of a model folder: {@code chat_template.jinja} and those in {@code
 * additional_chat_templates}, or {@code chat_template} in {@code tokenizer_config.json}, which is a
 * text or a list of names and texts. A GGUF file has one template.
 */
public final class ChatTemplateFiles {
  static final String DEFAULT = "default";
  static final String TOOL_USE = "tool_use";

  private static final int MOST_MEBIBYTES_OF_TEMPLATE = 1;
  private static final int MOST_MEBIBYTES_OF_JSON = 16;
  private static final String FILE = "chat_template.jinja";

  private final Path folder;

  /**
   * @param folder the model's folder or GGUF file
   */
  public ChatTemplateFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * A template's text and file.
   *
   * @param where for errors
   */
  record Source(String text, Object where) {}

  /** The text of the template for chats without tools. */
  public Optional<String> text() {
    return template(DEFAULT).map(Source::text);
  }

  /** The template of that name. */
  Optional<Source> template(String name) {
    Path file =
        name.equals(DEFAULT)
            ? folder.resolve(FILE)
            : folder.resolve("additional_chat_templates").resolve(name + ".jinja");
    if (Files.isRegularFile(file)) {
      return Optional.of(new Source(read(file), file));
    }
    Path config = folder.resolve("tokenizer_config.json");
    JsonNode templates = json(config).path("chat_template");
    if (templates.isTextual()) {
      return name.equals(DEFAULT)
          ? Optional.of(new Source(templates.asText(), config + ", chat_template"))
          : Optional.empty();
    }
    for (JsonNode each : templates) {
      if (each.path("name").asText().equals(name) && each.path("template").isTextual()) {
        return Optional.of(
            new Source(each.path("template").asText(), config + ", chat_template " + name));
      }
    }
    return Optional.empty();
  }

  /** The tokens by role, such as {@code bos_token}. */
  public Map<String, String> tokens() {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String file : new String[] {"special_tokens_map.json", "tokenizer_config.json"}) {
      json(folder.resolve(file))
          .fields()
          .forEachRemaining(
              field -> {
                JsonNode value = field.getValue();
                JsonNode text = value.isObject() ? value.path("content") : value;
                if (field.getKey().endsWith("_token") && text.isTextual()) {
                  tokens.put(field.getKey(), text.asText());
                }
              });
    }
    return tokens;
  }

  static String read(Path file) {
    return JsonFile.text(file, JsonFile.bytes(file, MOST_MEBIBYTES_OF_TEMPLATE));
  }

  private JsonNode json(Path file) {
    if (GgufModel.isFile(folder)) {
      boolean config = file.endsWith("tokenizer_config.json");
      return config ? GgufTokenizer.readConfig(folder) : MissingNode.getInstance();
    }
    return Files.isRegularFile(file)
        ? JsonFile.read(file, MOST_MEBIBYTES_OF_JSON)
        : MissingNode.getInstance();
  }
}
