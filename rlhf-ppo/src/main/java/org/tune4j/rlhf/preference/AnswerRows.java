package org.tune4j.rlhf.preference;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Rating;

/**
 * Where the answers of a batch stand in it.
 *
 * @param lengths {@code [documents]}: tokens of each answer
 * @param rows {@code [tokens]}: flat positions that say the answers' tokens, one answer after the
 *     other
 * @param prompts flat positions that say tokens of the prompts of chosen answers
 */
record AnswerRows(int[] lengths, int[] rows, int[] prompts) {
  static AnswerRows of(Batch batch) {
    int[] lengths = new int[batch.documents()];
    IntStream.Builder rows = IntStream.builder();
    IntStream.Builder prompts = IntStream.builder();
    int start = 0;
    for (int d = 0; d < lengths.length; d++) {
      int end = start + batch.sequenceLengths()[d];
      boolean chosen = !batch.rated().isEmpty() && batch.rated().get(d).rating() == Rating.CHOSEN;
      for (int t = start; t < end; t++) {
        if (batch.labels()[t] != EncodedExample.NOT_LEARNED) {
          lengths[d]++;
          rows.add(t);
        } else if (chosen && t + 1 < end) {
          prompts.add(t);
        }
      }
      start = end;
    }
    return new AnswerRows(lengths, rows.build().toArray(), prompts.build().toArray());
  }

  /** The tokens that are said at some rows. */
  static int[] targets(Batch batch, int[] rows) {
    return Arrays.stream(rows).map(row -> batch.tokenIds()[row + 1]).toArray();
  }

  /** Tokens of chosen answers in a batch, perhaps with their prompts. */
  static int nllTokens(Batch batch, boolean withPrompts) {
    AnswerRows all = of(batch);
    int answers =
        IntStream.range(0, all.lengths.length)
            .filter(d -> batch.rated().get(d).rating() == Rating.CHOSEN)
            .map(d -> all.lengths[d])
            .sum();
    return answers + (withPrompts ? all.prompts.length : 0);
  }
}
