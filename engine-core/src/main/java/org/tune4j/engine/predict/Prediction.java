package org.tune4j.engine.predict;

import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.objective.LossSum;

/**
 * What a task head says of an example. The arrays belong to this record and are not to be changed.
 *
 * @param example what was judged
 * @param tokens the positions that were judged: the one that stands for the text, or every labelled
 *     token, or every token of an example without labels; below 0 in learned tokens before it
 * @param outputs {@code [judged, outputs]}: probabilities that add up to 1, of many labels each
 *     one's own, or the number
 * @param loss how far that is from what is wanted; of nothing where nothing is
 */
public record Prediction(EncodedExample example, int[] tokens, float[][] outputs, LossSum loss) {
  private static final float EVEN = 0.5f;

  /** The most probable label of a judged token; the first one of equals. */
  public int label(int judged) {
    float[] each = outputs[judged];
    int best = 0;
    for (int label = 1; label < each.length; label++) {
      best = each[label] > each[best] ? label : best;
    }
    return best;
  }

  /** The labels that are more probable than not, where each is judged for itself. */
  public List<Integer> labels() {
    return IntStream.range(0, outputs[0].length)
        .filter(label -> outputs[0][label] > EVEN)
        .boxed()
        .toList();
  }

  /** The number, where one is to be met. */
  public float value() {
    return outputs[0][0];
  }
}
