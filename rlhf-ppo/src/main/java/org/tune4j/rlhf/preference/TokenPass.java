package org.tune4j.rlhf.preference;

import java.util.Arrays;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Tokens of a batch before the output layer: their log-probabilities, and the way back once it is
 * known what each counts. Scores are made a chunk of tokens at a time, so that tokens x vocabulary
 * is never held; where nothing of the output layer is trained, once.
 */
final class TokenPass {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "answers",
          KernelSources.read(TokenPass.class, "/org/tune4j/rlhf/kernels", "answers"),
          """
            def scale_rows(self: __torch__.Root, g: Tensor, c: Tensor) -> Tensor:
              return __torch__.answers.scale_rows(g, c)
          """);

  private final BoundModel model;
  private final Tensor hidden;
  private final int[] rows;
  private final int[] targets;

  /**
   * Tokens.
   *
   * @param hidden {@code [N, hidden]}
   * @param rows flat positions of the tokens that say the next one, each once
   * @param targets what these are
   */
  TokenPass(BoundModel model, Tensor hidden, int[] rows, int[] targets) {
    this.model = model;
    this.hidden = hidden;
    this.rows = rows;
    this.targets = targets;
  }

  /** Log-probabilities of the targets, in nats. */
  double[] logProbs() {
    double[] all = new double[rows.length];
    inChunks(
        (from, part, step) ->
            put(
                model
                    .output()
                    .losses(hidden, longs(rows, part, step), longs(targets, part, step), step),
                from,
                all,
                step));
    return all;
  }

  /**
   * Log-probabilities, and what they change by with the hidden vectors where that does not depend
   * on what they count.
   *
   * @param gradient zeros {@code [N, hidden]}
   */
  double[] logProbs(Tensor gradient) {
    if (model.trainsHead()) {
      return logProbs();
    }
    double[] all = new double[rows.length];
    double[] ones = new double[rows.length];
    Arrays.fill(ones, 1);
    inChunks(
        (from, part, step) -> put(backward(from, part, ones, gradient, step), from, all, step));
    return all;
  }

  /**
   * The gradient of the hidden vectors.
   *
   * @param byToken what the loss changes by with the log-probability of each token
   * @param gradient as {@link #logProbs(Tensor)} left it
   */
  void backward(double[] byToken, Tensor gradient) {
    double[] ofLosses = Arrays.stream(byToken).map(each -> -each).toArray();
    if (model.trainsHead()) {
      inChunks((from, part, step) -> backward(from, part, ofLosses, gradient, step));
      return;
    }
    double[] factors = new double[(int) gradient.shape()[0]];
    for (int i = 0; i < rows.length; i++) {
      factors[rows[i]] = ofLosses[i];
    }
    try (TensorScope step = model.workScope()) {
      KERNEL.call(step, "scale_rows", gradient, step.doubles(factors));
    }
  }

  private Tensor backward(
      int from, int[] part, double[] weights, Tensor gradient, TensorScope step) {
    return model
        .output()
        .lossesBackward(
            hidden,
            longs(rows, part, step),
            longs(targets, part, step),
            step.doubles(Arrays.copyOfRange(weights, from, from + part.length)),
            0,
            gradient,
            null,
            step);
  }

  /** Negative losses, in the type that Java computes in. */
  private static void put(Tensor losses, int from, double[] all, TensorScope step) {
    double[] values = TensorOps.cast(step, losses, DType.FLOAT64).toDoubles();
    for (int i = 0; i < values.length; i++) {
      all[from + i] = -values[i];
    }
  }

  @FunctionalInterface
  private interface Chunk {
    void take(int from, int[] places, TensorScope step);
  }

  private static Tensor longs(int[] all, int[] places, TensorScope step) {
    return step.longs(Arrays.stream(places).map(i -> all[i]).toArray());
  }

  private void inChunks(Chunk chunk) {
    long outputs = model.architecture().head().out().outputs();
    int most = (int) (CausalLmObjective.chunkScores(model.architecture()) / outputs);
    for (int from = 0; from < rows.length; from += most) {
      int first = from;
      int[] places = new int[Math.min(most, rows.length - from)];
      Arrays.setAll(places, i -> first + i);
      try (TensorScope step = model.workScope()) {
        chunk.take(from, places, step);
      }
    }
  }
}
