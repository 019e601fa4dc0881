package org.tune4j.eval.efficiency;

import java.util.List;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * A model that continues prompts. A request is done with its own last token, whatever other
 * requests of its batch go on to do.
 */
public final class GenerationLoad implements BatchModel {
  private final Generator generator;
  private final Tokenizer tokenizer;
  private final List<String> prompts;
  private final GenerationConfig config;
  private final Set<Integer> ends;

  /**
   * A load of prompts.
   *
   * @param prompts the inputs, as {@link Generator#generateText} takes them
   * @param config without stop strings: tokens are timed and no text is made
   * @throws ConfigException if there is no prompt
   */
  public GenerationLoad(
      BoundModel model, Tokenizer tokenizer, List<String> prompts, GenerationConfig config) {
    if (prompts.isEmpty()) {
      throw new ConfigException("load: prompts: wanted at least one, found none");
    }
    this.generator = new Generator(model);
    this.tokenizer = tokenizer;
    this.prompts = List.copyOf(prompts);
    this.config = config;
    this.ends = config.endOfText().orElse(Set.copyOf(model.architecture().endOfText()));
  }

  @Override
  public void answer(List<Request> requests) {
    List<int[]> ids =
        requests.stream()
            .map(each -> tokenizer.encode(prompts.get(each.input()), true).ids())
            .toList();
    long[] promptIds = requests.stream().mapToLong(Request::input).toArray();
    generator.generate(
        ids,
        promptIds,
        config,
        (row, id) -> {
          Request request = requests.get(row);
          request.token();
          if (ends.contains(id) || request.tokens() == config.maxNewTokens()) {
            request.done();
          }
        });
  }
}
