package org.tune4j.engine.generate;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.DecodeSession;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Continues prompts: all of them are read as one flat batch without padding, then each step adds a
 * token to every row in one native call; a row that has ended takes no further part.
 *
 * <p>With an adapter it computes as in training, dropout off. A row's continuation depends on its
 * prompt, the prompt's id and the configuration alone, up to the rounding of matrix products of
 * other sizes. Not for use by two threads at once, like the model.
 */
public final class Generator {
  private final BoundModel model;
  private final List<String> adapterNames;

  /** A generator over a model, with or without an adapter; the model stays the caller's. */
  public Generator(BoundModel model) {
    this(model, List.of());
  }

  /**
   * A generator whose prompts are each computed with an adapter of its own.
   *
   * @param adapterNames for each prompt of a call what of the model's adapter it is computed with;
   *     empty for what is active
   */
  public Generator(BoundModel model, List<String> adapterNames) {
    this.model = model;
    this.adapterNames = List.copyOf(adapterNames);
  }

  /** Continues prompts whose ids are 0, 1, 2 and so on. */
  public List<Generated> generate(List<int[]> prompts, GenerationConfig config) {
    long[] ids = LongStream.range(0, prompts.size()).toArray();
    return generate(prompts, ids, config, (row, id) -> {});
  }

  /**
   * Continues prompts.
   *
   * @param prompts token ids, at least one each
   * @param promptIds {@code [prompts]}: a prompt with the same id gets the same random numbers
   *     whatever stands beside it
   * @param listener takes each token as it is chosen
   * @return the continuations, in the order of the prompts
   * @throws ConfigException if a prompt is empty, or too long for the model with its continuation
   * @throws NumericalException if the model's scores are not finite
   */
  public List<Generated> generate(
      List<int[]> prompts, long[] promptIds, GenerationConfig config, TokenListener listener) {
    if (!config.stopStrings().isEmpty()) {
      throw new ConfigException(
          "Generation: stop_strings: wanted none where no text is made, found "
              + config.stopStrings());
    }
    return generate(prompts, promptIds, config, listener, row -> false);
  }

  /**
   * @param stops asked after the listener was told of a token: whether that prompt is done
   */
  private List<Generated> generate(
      List<int[]> prompts,
      long[] promptIds,
      GenerationConfig config,
      TokenListener listener,
      IntPredicate stops) {
    if (promptIds.length != prompts.size()) {
      throw new ConfigException(
          "Generation: " + promptIds.length + " prompt ids for " + prompts.size() + " prompts");
    }
    if (prompts.isEmpty()) {
      return List.of();
    }
    int longest = Prompts.longest(model, prompts, config.maxNewTokens());
    Batch batch = Prompts.batch(prompts);
    int[] rows = Arrays.stream(batch.exampleIds()).mapToInt(Math::toIntExact).toArray();
    Continuations texts =
        new Continuations(
            prompts.size(), Prompts.ends(model, config.endOfText()), config, listener, stops);
    UniformNumbers uniforms = new UniformNumbers(config.seed());
    // The last new token is chosen but never read, so it needs no place.
    int places = longest + config.maxNewTokens() - 1;
    try (DecodeSession session =
        model.decode(
            batch,
            places,
            config.rule(),
            config.prefillChunkSize(),
            Prompts.adapterNames(batch, adapterNames))) {
      DecodeSession.Choice choice = session.first(draws(uniforms, rows, promptIds, 0));
      for (int step = 1; ; step++) {
        texts.add(rows, choice);
        int[] kept = texts.unfinished(rows);
        if (kept.length == 0) {
          return texts.finished();
        }
        session.keep(kept);
        int[] last = pick(choice.ids(), kept);
        rows = pick(rows, kept);
        choice = session.next(last, draws(uniforms, rows, promptIds, step));
      }
    }
  }

  /**
   * Continues prompts and makes text of what is chosen. A continuation that one of the {@code
   * stop_strings} ends holds it, and what its last token has behind it.
   *
   * @param prompts token ids, at least one each
   * @param promptIds as above
   * @param listener takes each piece of text as soon as its characters are complete
   * @return the continuations, in the order of the prompts
   */
  public List<Generated> generate(
      Tokenizer tokenizer,
      List<int[]> prompts,
      long[] promptIds,
      GenerationConfig config,
      TextListener listener) {
    List<TextStream> streams =
        prompts.stream().map(prompt -> new TextStream(tokenizer, prompt)).toList();
    List<StringBuilder> texts = prompts.stream().map(prompt -> new StringBuilder()).toList();
    List<Generated> all =
        generate(
            prompts,
            promptIds,
            config,
            (row, id) -> tell(row, streams.get(row).add(id), texts, listener),
            row ->
                config.stopStrings().stream().anyMatch(stop -> texts.get(row).indexOf(stop) >= 0));
    for (int row = 0; row < texts.size(); row++) {
      tell(row, streams.get(row).end(), texts, listener);
    }
    return all;
  }

  /**
   * Continues texts. Each is tokenized with the tokens that the tokenizer's own template puts
   * around a text; names of special tokens in it mean these tokens. A rendered chat has its own, so
   * give its ids to {@link #generate}.
   *
   * @return the continuations without special tokens
   */
  public List<String> generateText(
      Tokenizer tokenizer, List<String> prompts, GenerationConfig config) {
    return generateText(tokenizer, prompts, config, (row, piece) -> {});
  }

  /**
   * Continues texts and tells of each piece of text as soon as its characters are complete.
   *
   * @return the continuations without special tokens
   */
  public List<String> generateText(
      Tokenizer tokenizer, List<String> prompts, GenerationConfig config, TextListener listener) {
    List<int[]> encoded = prompts.stream().map(text -> tokenizer.encode(text, true).ids()).toList();
    List<StringBuilder> texts = prompts.stream().map(prompt -> new StringBuilder()).toList();
    long[] promptIds = LongStream.range(0, prompts.size()).toArray();
    generate(
        tokenizer,
        encoded,
        promptIds,
        config,
        (row, piece) -> {
          texts.get(row).append(piece);
          listener.text(row, piece);
        });
    return texts.stream().map(StringBuilder::toString).toList();
  }

  private static void tell(
      int row, String piece, List<StringBuilder> texts, TextListener listener) {
    if (!piece.isEmpty()) {
      texts.get(row).append(piece);
      listener.text(row, piece);
    }
  }

  private static double[] draws(UniformNumbers uniforms, int[] rows, long[] promptIds, int step) {
    return Arrays.stream(rows).mapToDouble(row -> uniforms.of(promptIds[row], step)).toArray();
  }

  private static int[] pick(int[] values, int[] places) {
    return IntStream.of(places).map(place -> values[place]).toArray();
  }
}
