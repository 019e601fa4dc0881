package org.tune4j.engine.trainer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.generate.FinishReason;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Rows for replay where the old task's data is gone: what the model that is about to learn answers
 * to prompts of the old task, to be mixed into the new one's rows (self-synthesized rehearsal,
 * Huang et al., 2024).
 *
 * @param data how prompts are read; the same as in training
 * @param answers how they are answered; its end tokens are those of the model and of the tokenizer
 * @param batch prompts that are answered at a time
 */
public record SelfReplay(
    Tokenizer tokenizer, DataConfig data, GenerationConfig answers, int batch) {
  public SelfReplay {
    if (batch < 1) {
      throw new ConfigException("replay batch: wanted at least 1, found " + batch);
    }
  }

  /**
   * Answers prompts and writes rows as JSON Lines: {@code prompt} and {@code completion}, or {@code
   * messages} where a prompt is a conversation. An answer that is empty or did not end within the
   * most tokens is left out: what is cut off in the middle is nothing to learn to say.
   *
   * @param prompts rows with a prompt; what is wanted of it, where a row says so, is not looked at
   * @param file appears when it is whole; replaced if it is there
   * @return how many rows it has
   * @throws DataException if a row has no prompt, or no answer ended
   */
  public int write(BoundModel model, ExampleSource prompts, Path file) {
    int[] written = {0};
    try (Examples rows = Examples.of(prompts, data)) {
      List<Example> examples = rows.all();
      AtomicFile.write(file, channel -> written[0] = answer(model, examples, channel));
    }
    return written[0];
  }

  private int answer(BoundModel model, List<Example> examples, WritableByteChannel channel)
      throws IOException {
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, data);
    Generator generator = new Generator(model);
    Set<Integer> ends = new HashSet<>(model.architecture().endOfText());
    tokenizer.eosId().ifPresent(ends::add);
    GenerationConfig ending = answers.withEndOfText(ends);
    int written = 0;
    for (int from = 0; from < examples.size(); from += batch) {
      List<Example> part = examples.subList(from, Math.min(examples.size(), from + batch));
      List<int[]> prompts = part.stream().map(encoder::prompt).toList();
      long[] ids = part.stream().mapToLong(Example::id).toArray();
      List<Generated> texts =
          generator.generate(tokenizer, prompts, ids, ending, (row, piece) -> {});
      for (int i = 0; i < part.size(); i++) {
        String text = tokenizer.decode(texts.get(i).newIds(), true);
        if (texts.get(i).finishReason() == FinishReason.END_OF_TEXT && !text.isBlank()) {
          String line = row(part.get(i), text) + "\n";
          channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
          written++;
        }
      }
    }
    if (written == 0) {
      throw new DataException(
          "replay: none of %d prompts got an answer that ended within %d tokens; allow more"
              .formatted(examples.size(), answers.maxNewTokens()));
    }
    return written;
  }

  private static ObjectNode row(Example example, String answer) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    if (prompt(example.form()) instanceof Turns.Messages turns) {
      ArrayNode messages = row.putArray("messages");
      turns.messages().forEach(messages::add);
      messages.addObject().put("role", "assistant").put("content", answer);
      example.context().tools().ifPresent(tools -> row.set("tools", tools));
      example.context().documents().ifPresent(documents -> row.set("documents", documents));
      example.context().variables().ifPresent(all -> row.set("chat_template_kwargs", all));
      return row;
    }
    String prompt = ((Turns.Plain) prompt(example.form())).text();
    return row.put("prompt", prompt).put("completion", answer);
  }

  /** What {@link ExampleEncoder#prompt} gives the model. */
  private static Turns prompt(ExampleForm form) {
    if (form instanceof ExampleForm.Conversation conversation) {
      List<ObjectNode> messages = conversation.messages().messages();
      return new Turns.Messages(messages.subList(0, messages.size() - 1));
    }
    return form instanceof ExampleForm.PromptCompletion pair
        ? pair.prompt()
        : ((ExampleForm.Prompt) form).prompt();
  }
}
