package org.tune4j.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * What a model answers to prompts. An answer ends at the tokenizer's EOS, which training appends,
 * at one of the model's own end tokens, or before the first stop string in it.
 */
public final class PromptAnswers {
  /** Prompts that are answered at a time unless another number is given. */
  public static final int DEFAULT_BATCH = 16;

  private final Tokenizer tokenizer;
  private final GenerationConfig config;
  private final int batch;

  /**
   * Answers as configured.
   *
   * @param config its end tokens are replaced by those of the model and the tokenizer
   * @param batch prompts that are answered at a time
   * @throws ConfigException if the batch is none
   */
  public PromptAnswers(Tokenizer tokenizer, GenerationConfig config, int batch) {
    if (batch < 1) {
      throw new ConfigException("evaluation batch: wanted at least 1, found " + batch);
    }
    this.tokenizer = tokenizer;
    this.config = config;
    this.batch = batch;
  }

  /**
   * Answers prompts.
   *
   * @param prompts token ids of each
   * @param where each stands, for messages
   * @return the answers in the order of the prompts
   * @throws ConfigException if the model has not the room for a prompt and its answer
   */
  public List<String> of(BoundModel model, List<int[]> prompts, List<String> where) {
    GenerationConfig ending = config.withEndOfText(ends(model));
    Generator generator = new Generator(model);
    String[] answers = new String[prompts.size()];
    // Prompts of like lengths together, the longest first.
    int[] order =
        IntStream.range(0, answers.length)
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> prompts.get(i).length).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    checkRoom(model, prompts.get(order[0]).length, where.get(order[0]));
    for (int from = 0; from < order.length; from += batch) {
      int[] part = Arrays.copyOfRange(order, from, Math.min(order.length, from + batch));
      long[] ids = Arrays.stream(part).asLongStream().toArray();
      List<int[]> some = IntStream.of(part).mapToObj(prompts::get).toList();
      List<Generated> texts = generator.generate(tokenizer, some, ids, ending, (row, piece) -> {});
      for (int i = 0; i < part.length; i++) {
        answers[part[i]] = untilStop(tokenizer.decode(texts.get(i).newIds(), true));
      }
    }
    return List.of(answers);
  }

  private String untilStop(String text) {
    int end =
        config.stopStrings().stream()
            .mapToInt(text::indexOf)
            .filter(at -> at >= 0)
            .min()
            .orElse(text.length());
    return text.substring(0, end);
  }

  private Set<Integer> ends(BoundModel model) {
    Set<Integer> ends = new HashSet<>(model.architecture().endOfText());
    tokenizer.eosId().ifPresent(ends::add);
    return ends;
  }

  private void checkRoom(BoundModel model, int tokens, String where) {
    int room = model.architecture().maxPositions();
    if (tokens + (long) config.maxNewTokens() > room) {
      throw new ConfigException(
          "%s: the prompt has %d tokens and its answer up to %d; the model was made for %d together (max_position_embeddings); take the row out or lower the length of answers"
              .formatted(where, tokens, config.maxNewTokens(), room));
    }
  }
}
