package org.tune4j.rlhf.preference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;

/** Each prompt of a batch with the answer to another: what KTO tells the policy's own drift by. */
final class UnrelatedAnswers {
  private UnrelatedAnswers() {}

  /**
   * The prompts of a batch, each with the answer of the next document.
   *
   * @param maxLength most tokens of one; its end is cut
   * @return documents of which something is left of the answer; may be none
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
    for (int d = 0; d < documents; d++) {
      int other = (d + 1) % documents;
      int prompt = answers[d] - starts[d];
      int answer = starts[other + 1] - answers[other];
      int length = Math.min(maxLength, prompt + answer);
      if (length <= prompt) {
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
}
