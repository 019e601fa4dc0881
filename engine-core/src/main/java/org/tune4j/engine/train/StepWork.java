package org.tune4j.engine.train;

import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.Recompute;

/** What the matrix products of updates need, attention's own left out. */
public final class StepWork {
  private StepWork() {}

  /**
   * Floating-point operations: two a weight and token, forward and backward.
   *
   * @param trained numbers that are trained
   * @param full whether these are the model's own weights, which then get gradients
   * @param tokens tokens read
   * @param labels tokens learned: only they pass the head
   */
  public static double flops(
      Architecture architecture,
      long trained,
      boolean full,
      Recompute recompute,
      long tokens,
      long labels) {
    double linear = architecture.weightsPerToken();
    LinearLayer head = architecture.head().out();
    double headWeights = (double) head.inputs() * head.outputs();
    double passes = (full ? 3 : 2) + (recompute == Recompute.BLOCKS ? 1 : 0);
    double adapter = full ? 0 : 3.0 * trained;
    return 2 * tokens * (passes * linear + adapter) + 2 * labels * (full ? 3 : 2) * headWeights;
  }
}
