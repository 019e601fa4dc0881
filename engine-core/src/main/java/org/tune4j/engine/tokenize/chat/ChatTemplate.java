package org.tune4j.engine.tokenize.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.tune4j.engine.tokenize.jinja.Input;
import org.tune4j.engine.tokenize.jinja.Origin;
import org.tune4j.engine.tokenize.jinja.Template;

/**
 * A model's own chat template, rendered as transformers' {@code apply_chat_template} does. May be
 * used by several threads.
 */
public final class ChatTemplate {
  /** What training reads in a message and templates do not. */
  private static final List<String> OURS = List.of("weight", "train");

  private static final Set<String> ROLES =
      Set.of(
          "system", "developer", "user", "assistant", "tool", "function", "ipython", "observation");

  private final Template template;
  private final Template withTools;
  private final Map<String, String> tokens;
  private final Supplier<LocalDateTime> clock;

  private ChatTemplate(
      Template template,
      Template withTools,
      Map<String, String> tokens,
      Supplier<LocalDateTime> clock) {
    this.template = template;
    this.withTools = withTools;
    this.tokens = Map.copyOf(tokens);
    this.clock = clock;
  }

  /**
   * The chat template of a model folder, if it has one: {@code chat_template.jinja}, or {@code
   * chat_template} in {@code tokenizer_config.json}. Of several, {@code tool_use} is taken for
   * chats with tools and {@code default} for others.
   *
   * @throws org.tune4j.engine.ModelFormatException if it is no template; names file and line
   */
  public static Optional<ChatTemplate> load(Path folder) {
    ChatTemplateFiles files = new ChatTemplateFiles(folder);
    Optional<Template> tools =
        files.template(ChatTemplateFiles.TOOL_USE).map(ChatTemplate::compile);
    return files
        .template(ChatTemplateFiles.DEFAULT)
        .map(ChatTemplate::compile)
        .map(main -> new ChatTemplate(main, tools.orElse(main), files.tokens(), once()));
  }

  /**
   * A template from a file of its own.
   *
   * @param folder the model's, which names the tokenizer's tokens
   * @throws org.tune4j.engine.ModelFormatException if it is no template; names file and line
   * @throws org.tune4j.engine.StorageException if it cannot be read
   */
  public static ChatTemplate load(Path file, Path folder) {
    return of(ChatTemplateFiles.read(file), new ChatTemplateFiles(folder).tokens(), file, once());
  }

  /**
   * Compiles a template.
   *
   * @param source Jinja
   * @param tokens the tokenizer's tokens by role: {@code bos_token}, {@code eos_token}, …
   * @param where the file it comes from, for errors
   * @param clock what time it is, for templates that write the date
   * @throws org.tune4j.engine.ModelFormatException if it is no template; names file and line
   */
  public static ChatTemplate of(
      String source, Map<String, String> tokens, Object where, Supplier<LocalDateTime> clock) {
    Template template = Template.compile(source, where);
    return new ChatTemplate(template, template, tokens, clock);
  }

  private static Template compile(ChatTemplateFiles.Source source) {
    return Template.compile(source.text(), source.where());
  }

  /** One point of time, so that the renderings of a run do not differ in it. */
  private static Supplier<LocalDateTime> once() {
    LocalDateTime now = LocalDateTime.now();
    return () -> now;
  }

  /** The tokenizer's EOS as the template knows it. */
  Optional<String> eos() {
    return Optional.ofNullable(tokens.get("eos_token"));
  }

  /**
   * Renders a chat.
   *
   * @param addGenerationPrompt whether the text goes on to where the assistant's turn begins
   * @throws org.tune4j.engine.tokenize.jinja.TemplateRefusal if the template refuses the chat
   * @throws org.tune4j.engine.DataException if the template fails
   */
  public RenderedChat render(Chat chat, boolean addGenerationPrompt) {
    List<Input> messages = new ArrayList<>();
    for (ObjectNode message : chat.messages()) {
      messages.add(message(message, messages.size()));
    }
    Map<String, Input> inputs = new LinkedHashMap<>();
    inputs.put("messages", new Input(messages, Origin.INPUT));
    inputs.put("tools", optional(chat.tools().orElse(null)));
    inputs.put("documents", optional(chat.documents().orElse(null)));
    inputs.put(
        "add_generation_prompt", new Input(BooleanNode.valueOf(addGenerationPrompt), Origin.INPUT));
    chat.variables().forEach((name, value) -> inputs.put(name, new Input(value, Origin.INPUT)));
    Template chosen = chat.tools().isPresent() ? withTools : template;
    return new RenderedChat(chosen.render(tokens, inputs, clock));
  }

  private static Input optional(JsonNode value) {
    return new Input(value == null ? NullNode.getInstance() : value, Origin.INPUT);
  }

  /** As transformers hands a message over: no nulls, reasoning under both of its names. */
  private static Input message(ObjectNode message, int number) {
    Map<String, Input> values = new LinkedHashMap<>();
    message
        .fields()
        .forEachRemaining(
            field -> {
              if (!field.getValue().isNull() && !OURS.contains(field.getKey())) {
                int origin = field.getKey().equals("role") ? role(field.getValue()) : number;
                values.put(field.getKey(), new Input(field.getValue(), origin));
              }
            });
    copy(values, "reasoning_content", "thinking");
    copy(values, "thinking", "reasoning_content");
    return new Input(values, number);
  }

  /** Templates build control tokens around roles; one that nobody knows is anybody's text. */
  private static int role(JsonNode role) {
    return ROLES.contains(role.asText()) ? Origin.TEMPLATE : Origin.INPUT;
  }

  private static void copy(Map<String, Input> values, String from, String to) {
    if (values.containsKey(from)) {
      values.putIfAbsent(to, values.get(from));
    }
  }
}
