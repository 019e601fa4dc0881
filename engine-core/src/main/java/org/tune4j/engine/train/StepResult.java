package org.tune4j.engine.train;

/**
 * What one step did.
 *
 * @param step counted from 1
 * @param loss mean over what the step learned, by tokens in nats, before the update
 * @param auxLoss the part of routers in it (load balancing), without its coefficient; 0 for none
 * @param gradNorm Euclidean norm of the gradient before clipping
 * @param learningRate of this update
 * @param tokens tokens that the step read, labelled or not
 * @param labels tokens that it learned, or judgements of a task head
 * @param seconds how long it took
 * @param outcome whether the update was made
 */
public record StepResult(
    long step,
    double loss,
    double auxLoss,
    double gradNorm,
    double learningRate,
    long tokens,
    long labels,
    double seconds,
    Outcome outcome) {
  /** Whether the update was made, or why not. */
  public enum Outcome {
    UPDATED,
    /** The gradient is not finite, and that may be for the loss scale of fp16. */
    OVERFLOW,
    NOT_FINITE,
    LOSS_SPIKE
  }
}
