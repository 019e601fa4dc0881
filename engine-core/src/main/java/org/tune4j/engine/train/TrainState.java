package org.tune4j.engine.train;

import org.tune4j.engine.data.BatchCursor;

/**
 * Where a run stands, besides its tensors: with them, all that a resume needs.
 *
 * @param step steps made: batches learned from or, after a numeric fault, passed over
 * @param updates updates that the weights have seen
 * @param cursor the batch that comes next
 * @param lossOfLastStep mean loss of the last update
 * @param bestMetric NaN when nothing was measured
 * @param bestStep the step after which it was measured
 * @param evaluationsWithoutBetter since then
 * @param lastEvaluation the step after which the last evaluation was made; 0 for none
 * @param faults numeric faults so far
 */
record TrainState(
    long step,
    long updates,
    BatchCursor cursor,
    double lossOfLastStep,
    double bestMetric,
    long bestStep,
    int evaluationsWithoutBetter,
    long lastEvaluation,
    Faults faults) {
  static final TrainState START =
      new TrainState(0, 0, BatchCursor.START, Double.NaN, Double.NaN, 0, 0, 0, Faults.NONE);

  /**
   * After a step.
   *
   * @param next the batch that comes next
   * @param made updates that the weights have seen now
   * @param loss of the last update
   */
  TrainState afterStep(BatchCursor next, long made, double loss, Faults now) {
    return new TrainState(
        step + 1,
        made,
        next,
        loss,
        bestMetric,
        bestStep,
        evaluationsWithoutBetter,
        lastEvaluation,
        now);
  }

  /** After an evaluation whose metric is compared with the best. */
  TrainState afterEvaluation(double value, boolean better) {
    return better
        ? evaluated(value, step, 0)
        : evaluated(bestMetric, bestStep, evaluationsWithoutBetter + 1);
  }

  /** After an evaluation that decides nothing. */
  TrainState afterEvaluation() {
    return evaluated(bestMetric, bestStep, evaluationsWithoutBetter);
  }

  private TrainState evaluated(double best, long bestAt, int withoutBetter) {
    return new TrainState(
        step, updates, cursor, lossOfLastStep, best, bestAt, withoutBetter, step, faults);
  }
}
