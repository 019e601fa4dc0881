package org.tune4j.engine.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.DecodeSession;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * How probable a model finds continuations of a text. What they have in common, the text, is
 * computed once: each continuation then goes on from its keys and values.
 */
public final class ContinuationScorer {
  private final BoundModel model;
  private final List<String> adapterNames;

  public ContinuationScorer(BoundModel model) {
    this(model, List.of());
  }

  /**
   * A scorer with one of several adapters.
   *
   * @param adapterName what of the model's adapter scores are computed with
   */
  public ContinuationScorer(BoundModel model, String adapterName) {
    this(model, List.of(adapterName));
  }

  private ContinuationScorer(BoundModel model, List<String> adapterNames) {
    this.model = model;
    this.adapterNames = adapterNames;
  }

  /**
   * Scores continuations of one text.
   *
   * @param context the text's tokens, at least one
   * @param continuations tokens of each, at least one
   * @return for each continuation the log-probability of all its tokens together, in nats
   * @throws ConfigException if something has no token, or the two together have more than the model
   *     has positions for
   * @throws DataException if a token is none of the model's
   */
  public double[] logLikelihoods(int[] context, List<int[]> continuations) {
    requireTokens(context, continuations);
    List<int[]> longestFirst = new ArrayList<>(continuations);
    Integer[] order = IntStream.range(0, continuations.size()).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparing(i -> -continuations.get(i).length));
    for (int i = 0; i < order.length; i++) {
      longestFirst.set(i, continuations.get(order[i]));
    }
    double[] sorted = score(context, longestFirst);
    double[] scores = new double[sorted.length];
    for (int i = 0; i < order.length; i++) {
      scores[order[i]] = sorted[i];
    }
    return scores;
  }

  private void requireTokens(int[] context, List<int[]> continuations) {
    if (continuations.isEmpty()) {
      throw new ConfigException("log-likelihoods: wanted a continuation, found none");
    }
    for (int i = 0; i < continuations.size(); i++) {
      if (continuations.get(i).length == 0) {
        throw new ConfigException("log-likelihoods: continuation " + i + " has no token");
      }
      for (int id : continuations.get(i)) {
        if (id < 0 || id >= model.architecture().vocabularySize()) {
          throw new DataException(
              "log-likelihoods: continuation %d: token id %d is outside the model's vocabulary of %d"
                  .formatted(i, id, model.architecture().vocabularySize()));
        }
      }
    }
    int longest = continuations.stream().mapToInt(c -> c.length).max().orElseThrow();
    Prompts.longest(model, List.of(context), longest - 1);
  }

  private double[] score(int[] context, List<int[]> continuations) {
    int longest = continuations.get(0).length;
    int places = context.length + longest;
    double[] scores = new double[continuations.size()];
    try (TensorScope work = model.workScope();
        DecodeSession session =
            model.decode(
                Prompts.batch(List.of(context)), places, continuations.size(), adapterNames)) {
      int[] first = continuations.stream().mapToInt(c -> c[0]).toArray();
      int[] each = IntStream.range(0, first.length).toArray();
      add(session.lastHidden(), new int[first.length], first, each, scores, work);
      // The last token of each is only predicted.
      List<int[]> read = new ArrayList<>();
      for (int[] continuation : continuations) {
        if (continuation.length > 1) {
          read.add(joined(context, Arrays.copyOf(continuation, continuation.length - 1)));
        }
      }
      if (!read.isEmpty()) {
        session.copy(new int[read.size()]);
        Tensor hidden = session.extend(Prompts.batch(read), work);
        int[] targets =
            continuations.stream().flatMapToInt(c -> Arrays.stream(c, 1, c.length)).toArray();
        int[] rows = IntStream.range(0, targets.length).toArray();
        add(hidden, rows, targets, rowOf(continuations), scores, work);
      }
    }
    return scores;
  }

  /** Adds the log-probability of each target to the score of its continuation. */
  private void add(
      Tensor hidden, int[] rows, int[] targets, int[] of, double[] scores, TensorScope work) {
    Tensor losses = model.output().losses(hidden, work.longs(rows), work.longs(targets), work);
    double[] nats = TensorOps.cast(work, losses, DType.FLOAT64).toDoubles();
    for (int i = 0; i < nats.length; i++) {
      scores[of[i]] -= nats[i];
    }
  }

  /** For each token after the first of all continuations, which it belongs to. */
  private static int[] rowOf(List<int[]> continuations) {
    return IntStream.range(0, continuations.size())
        .flatMap(i -> IntStream.generate(() -> i).limit(continuations.get(i).length - 1))
        .toArray();
  }

  private static int[] joined(int[] context, int[] continuation) {
    int[] all = Arrays.copyOf(context, context.length + continuation.length);
    System.arraycopy(continuation, 0, all, context.length, continuation.length);
    return all;
  }
}
