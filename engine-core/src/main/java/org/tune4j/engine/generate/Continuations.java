package org.tune4j.engine.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.model.DecodeSession;

/** The continuations of all prompts while they grow. */
final class Continuations {
  private final int[][] ids;
  private final double[][] logProbs;
  private final int[] lengths;
  private final FinishReason[] reasons;
  private final Set<Integer> ends;
  private final int maxNewTokens;
  private final TokenListener listener;
  private final IntPredicate stops;

  /**
   * @param stops asked after the listener was told of a token: whether that prompt is done
   */
  Continuations(
      int prompts,
      Set<Integer> ends,
      GenerationConfig config,
      TokenListener listener,
      IntPredicate stops) {
    this.ids = new int[prompts][16];
    this.logProbs = new double[prompts][16];
    this.lengths = new int[prompts];
    this.reasons = new FinishReason[prompts];
    this.ends = ends;
    this.maxNewTokens = config.maxNewTokens();
    this.listener = listener;
    this.stops = stops;
  }

  /**
   * Adds a token to some prompts.
   *
   * @param rows the prompt of each chosen token
   */
  void add(int[] rows, DecodeSession.Choice choice) {
    for (int i = 0; i < rows.length; i++) {
      add(rows[i], choice.ids()[i], choice.logProbs()[i]);
    }
  }

  private void add(int row, int id, double logProb) {
    if (!Double.isFinite(logProb)) {
      throw new NumericalException(
          "Generation: prompt %d, new token %d: the model's scores are not finite"
              .formatted(row, lengths[row]));
    }
    if (lengths[row] == ids[row].length) {
      ids[row] = Arrays.copyOf(ids[row], 2 * lengths[row]);
      logProbs[row] = Arrays.copyOf(logProbs[row], 2 * lengths[row]);
    }
    ids[row][lengths[row]] = id;
    logProbs[row][lengths[row]] = logProb;
    lengths[row]++;
    listener.token(row, id);
    if (ends.contains(id)) {
      reasons[row] = FinishReason.END_OF_TEXT;
    } else if (stops.test(row)) {
      reasons[row] = FinishReason.STOP_STRING;
    } else if (lengths[row] == maxNewTokens) {
      reasons[row] = FinishReason.LENGTH;
    }
  }

  /**
   * Which entries of {@code rows} go on: they keep their places, and those from the end fill the
   * gaps.
   */
  int[] unfinished(int[] rows) {
    List<Integer> going = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      if (reasons[rows[i]] == null) {
        going.add(i);
      }
    }
    int[] kept = new int[going.size()];
    int filler = going.size() - 1;
    for (int place = 0; place < kept.length; place++) {
      boolean goesOn = reasons[rows[place]] == null;
      kept[place] = goesOn ? place : going.get(filler--);
    }
    return kept;
  }

  /** The continuations, in the order of the prompts. */
  List<Generated> finished() {
    List<Generated> all = new ArrayList<>();
    for (int row = 0; row < lengths.length; row++) {
      all.add(
          new Generated(
              Arrays.copyOf(ids[row], lengths[row]),
              Arrays.copyOf(logProbs[row], lengths[row]),
              reasons[row]));
    }
    return all;
  }
}
