package org.tune4j.engine.model;

import java.util.Arrays;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What stands behind the blocks of a bound model: scores and losses of chosen rows of hidden
 * vectors, and the way back. {@code hidden} is {@code [N, hidden]}, {@code rows} are flat positions
 * among its N.
 */
public final class OutputLayer {
  private final ProgramCalls calls;
  private final Architecture architecture;
  private final TensorScope scope;

  OutputLayer(ProgramCalls calls, Architecture architecture, TensorScope scope) {
    this.calls = calls;
    this.architecture = architecture;
    this.scope = scope;
  }

  /** Scores {@code [rows, vocabulary]} of the next token, in fp32. */
  public Tensor logits(Tensor hidden, Tensor rows, TensorScope into) {
    return ofRows("logits", hidden, rows, into);
  }

  /**
   * What stands before the output layer, of rows: {@code [rows, hidden]}, between -1 and 1.
   *
   * @throws IllegalArgumentException if nothing does
   */
  public Tensor pooled(Tensor hidden, Tensor rows, TensorScope into) {
    if (architecture.head().dense().isEmpty()) {
      throw new IllegalArgumentException("Nothing stands before the output layer");
    }
    return ofRows("pooled", hidden, rows, into);
  }

  private Tensor ofRows(String method, Tensor hidden, Tensor rows, TensorScope into) {
    return calls
        .call(
            into,
            method,
            hidden,
            rows,
            calls.headWeights(),
            calls.headParameters(),
            calls.noDropoutScalar(into))
        .get(0);
  }

  /**
   * The way back from {@link #logits}: the gradient with respect to the hidden vectors is written
   * into rows of {@code hiddenGradient}, those of the output layer are added up.
   *
   * @param gradient {@code [rows, vocabulary]}, of what is to be minimised with respect to the
   *     scores
   * @param seeds what random draws depend on; null for none
   */
  public void logitsBackward(
      Tensor hidden, Tensor rows, Tensor gradient, Tensor hiddenGradient, BlockSeeds seeds) {
    hiddenGradient.requireShapeOf(hidden);
    long[] wanted = {rows.elements(), architecture.head().out().outputs()};
    if (!Arrays.equals(gradient.shape(), wanted)) {
      throw new IllegalArgumentException(
          gradient + ": wanted the shape " + Arrays.toString(wanted));
    }
    try (TensorScope work = scope.nested()) {
      calls.call(
          work,
          "logits_backward",
          hidden,
          rows,
          calls.headWeights(),
          calls.headParameters(),
          calls.headSeed(seeds, work),
          gradient,
          hiddenGradient,
          calls.gradients(calls.program.head));
    }
  }

  /** Negative log-likelihoods {@code [rows]} of target tokens, in nats. */
  public Tensor losses(Tensor hidden, Tensor rows, Tensor targets, TensorScope into) {
    targets.requireShapeOf(rows);
    return calls
        .call(
            into,
            "losses",
            hidden,
            rows,
            calls.headWeights(),
            calls.headParameters(),
            calls.noDropoutScalar(into),
            targets)
        .get(0);
  }

  /**
   * Negative log-likelihoods, and their gradients: with respect to the hidden vectors written into
   * rows of {@code hiddenGradient}, those of the output layer added up.
   *
   * @param weights {@code [rows]}, what each token's gradient is multiplied with
   * @param labelSmoothing share of what is wanted that is spread over the whole vocabulary
   * @param seeds what random draws depend on; null for none
   */
  public Tensor lossesBackward(
      Tensor hidden,
      Tensor rows,
      Tensor targets,
      Tensor weights,
      double labelSmoothing,
      Tensor hiddenGradient,
      BlockSeeds seeds,
      TensorScope into) {
    targets.requireShapeOf(rows);
    weights.requireShapeOf(rows);
    hiddenGradient.requireShapeOf(hidden);
    return calls
        .call(
            into,
            "losses_backward",
            hidden,
            rows,
            calls.headWeights(),
            calls.headParameters(),
            calls.headSeed(seeds, into),
            targets,
            weights,
            into.doubles(new double[] {labelSmoothing}),
            hiddenGradient,
            calls.gradients(calls.program.head))
        .get(0);
  }
}
