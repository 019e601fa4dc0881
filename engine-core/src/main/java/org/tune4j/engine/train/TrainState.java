package org.tune4j.engine.train;

import org.tune4j.engine.data.BatchCursor;

/**
 * Where a run stands, besides its tensors: with them, all that a resume needs.
 *
 * @param step updates made
 * @param cursor the batch that comes next
 * @param lossOfLastStep mean loss of the last update
 * @param bestMetric NaN when nothing was measured
 * @param bestStep the update after which it was measured
 * @param evaluationsWithoutBetter since then
 */
record TrainState(
    long step,
    BatchCursor cursor,
    double lossOfLastStep,
    double bestMetric,
    long bestStep,
    int evaluationsWithoutBetter) {
  static final TrainState START =
      new TrainState(0, BatchCursor.START, Double.NaN, Double.NaN, 0, 0);

  TrainState afterStep(BatchCursor next, double loss) {
    return new TrainState(step + 1, next, loss, bestMetric, bestStep, evaluationsWithoutBetter);
  }

  TrainState afterEvaluation(double value, boolean better) {
    return better
        ? new TrainState(step, cursor, lossOfLastStep, value, step, 0)
        : new TrainState(
            step, cursor, lossOfLastStep, bestMetric, bestStep, evaluationsWithoutBetter + 1);
  }
}
