package org.tune4j.engine.objective;

import org.tune4j.engine.data.Batch;

/**
 * What a task head says of a batch. The arrays belong to this record and are not to be changed.
 *
 * @param batch what was judged
 * @param rows the flat positions that were judged, in order: one a document, or every labelled
 *     token, or every token where the batch has no labels
 * @param outputs {@code [rows, outputs]}: probabilities that add up to 1, of many labels each one's
 *     own, or the number
 * @param losses {@code [rows]}, what each row's loss is, its weights counted in; none where the
 *     batch has no labels
 * @param weights {@code [rows]}, by the sum of which a sum of losses is divided for their mean
 */
public record Judged(
    Batch batch, int[] rows, float[][] outputs, double[] losses, double[] weights) {
  /** The loss of all rows. */
  public LossSum loss() {
    return loss(0, losses.length);
  }

  /** The loss of the rows from one on and before another; of nothing where there are no labels. */
  public LossSum loss(int from, int to) {
    LossSum loss = LossSum.NONE;
    for (int r = from; r < Math.min(to, losses.length); r++) {
      loss = loss.plus(new LossSum(losses[r], weights[r]));
    }
    return loss;
  }
}
