package org.tune4j.rlhf.preference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.RatedDocument;
import org.tune4j.engine.data.Rating;

/**
 * Each prompt of a batch with the answer to another row's: what KTO tells the policy's own drift
 * by. Every answer stands behind one prompt, as in TRL, which parts pairs before it shifts them.
 */
final class UnrelatedAnswers {
  private UnrelatedAnswers() {}

  /**
   * The prompts of a batch, each with the answer of another row. Two answers to the same prompt are
   * one row and not unrelated: first answers are shifted among themselves, and second ones.
   *
   * @param maxLength most tokens of one; its end is cut
   * @return documents of which something is left of the answer; none where a row is alone
   */
  static List<EncodedExample> of(Batch batch, int maxLength) {
    int documents = batch.documents();
    int[] starts = new int[documents + 1];
    int[] answers = new int[documents];
    for (int d = 0; d < documents; d++) {
      starts[d + 1] = starts[d] + batch.sequenceLengths()[d];
      int first = starts[d];
      while (first < starts[d + 1] && batch.labels()[first] == EncodedExample.NOT_LEARNED) {
        first++;
      }
      answers[d] = first + 1; // The label of a row is the token behind it.
    }
    List<EncodedExample> unrelated = new ArrayList<>();
    int[] others = others(batch);
    for (int d = 0; d < documents; d++) {
      int other = others[d];
      int prompt = answers[d] - starts[d];
      int answer = starts[other + 1] - answers[other];
      int length = Math.min(maxLength, prompt + answer);
      if (other == d || length <= prompt) {
        continue;
      }
      int[] ids = new int[length];
      System.arraycopy(batch.tokenIds(), starts[d], ids, 0, prompt);
      System.arraycopy(batch.tokenIds(), answers[other], ids, prompt, length - prompt);
      int[] labels = ids.clone();
      Arrays.fill(labels, 0, prompt, EncodedExample.NOT_LEARNED);
      unrelated.add(new EncodedExample(d, batch.sources().get(d), ids, labels));
    }
    return unrelated;
  }

  /** Whose answer stands behind each document's prompt: its own where there is no other. */
  private static int[] others(Batch batch) {
    int[] others = new int[batch.documents()];
    for (boolean second : new boolean[] {false, true}) {
      int[] shifted =
          IntStream.range(0, others.length).filter(d -> isSecond(batch, d) == second).toArray();
      for (int i = 0; i < shifted.length; i++) {
        others[shifted[i]] = shifted[(i + 1) % shifted.length];
      }
    }
    return others;
  }

  private static boolean isSecond(Batch batch, int document) {
    RatedDocument rated = batch.rated().get(document);
    return rated.isPaired() && rated.rating() == Rating.REJECTED;
  }
}
