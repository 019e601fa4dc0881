package org.tune4j.engine.train;

/**
 * How a run ended.
 *
 * @param steps steps made in all, those before a resume included
 * @param skipped steps whose update was not made, because its numbers were not fit to learn from
 * @param overflows steps whose update was not made, because gradients overflowed in fp16
 * @param rewinds how often the run went back to an earlier checkpoint's weights for that reason
 * @param loss mean loss of the last update in nats a token; NaN when none was made
 * @param bestMetric the best value of {@code metric_for_best_model}; NaN when none was measured
 * @param bestStep the update after which it was measured; 0 when none
 * @param reason why it ended
 * @param changed whether any trained number is another than the run began with
 */
public record RunResult(
    long steps,
    long skipped,
    long overflows,
    int rewinds,
    double loss,
    double bestMetric,
    long bestStep,
    StopReason reason,
    boolean changed) {
  /** Why a run ended. */
  public enum StopReason {
    FINISHED,
    EARLY_STOPPED,
    CANCELLED
  }
}
