package org.tune4j.engine.objective;

import java.util.Arrays;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.RouterLoss;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Next-token cross entropy, as transformers' {@code ForCausalLMLoss}: the output layer sees
 * labelled tokens only, a chunk at a time, and each chunk's gradient is taken at once, so that
 * tokens x vocabulary is never held. In training the load-balancing loss of routers may be added:
 * that of each micro-batch, weighted by its labels. Training may smooth its labels; {@link #loss}
 * and {@link #tokenLosses} are always plain.
 */
public final class CausalLmObjective implements Objective {
  /**
   * Largest number of scores that a chunk holds; 6 million fp32 scores are 25 MB, which the
   * allocator reuses.
   */
  private static final long CHUNK_SCORES = 6_300_000;

  private final double routerAuxLossCoef;
  private final double labelSmoothing;
  private final int chunkSize;

  /** Cross entropy alone. */
  public CausalLmObjective() {
    this(0, 0);
  }

  /**
   * With what training has besides.
   *
   * @param routerAuxLossCoef what the load-balancing loss is multiplied with; 0 for none
   * @param labelSmoothing share of what is wanted of a token that is spread over the whole
   *     vocabulary (transformers' {@code label_smoothing_factor}); 0 for none
   */
  public CausalLmObjective(double routerAuxLossCoef, double labelSmoothing) {
    this(routerAuxLossCoef, labelSmoothing, 0);
  }

  private CausalLmObjective(double routerAuxLossCoef, double labelSmoothing, int chunkSize) {
    this.routerAuxLossCoef = routerAuxLossCoef;
    this.labelSmoothing = labelSmoothing;
    this.chunkSize = chunkSize;
  }

  /**
   * The same loss in chunks of another size; sums of gradients differ in their last digits.
   *
   * @param labels whose scores are held at once; 0 for as many as make about 25 MB in fp32
   */
  public CausalLmObjective inChunksOf(int labels) {
    return new CausalLmObjective(routerAuxLossCoef, labelSmoothing, labels);
  }

  /**
   * The objective of training a model.
   *
   * @param routerAuxLossCoef what the load-balancing loss is multiplied with; empty for what the
   *     model says
   * @param labelSmoothing 0 for none
   * @throws ConfigException if the model has no load-balancing loss to add
   */
  public static CausalLmObjective of(
      Architecture architecture, Optional<Double> routerAuxLossCoef, double labelSmoothing) {
    Optional<RouterLoss> loss = architecture.routerLoss();
    if (loss.isEmpty() && routerAuxLossCoef.orElse(0.0) > 0) {
      throw new ConfigException(
          "router_aux_loss_coef = %s: %s has no load-balancing loss of routers"
              .formatted(routerAuxLossCoef.get(), architecture.modelType()));
    }
    double otherwise = loss.filter(RouterLoss::added).map(RouterLoss::coefficient).orElse(0.0);
    return new CausalLmObjective(routerAuxLossCoef.orElse(otherwise), labelSmoothing);
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    int[] rows = batch.labelledRows();
    if (rows.length == 0) {
      return LossSum.NONE;
    }
    try (TensorScope work = model.workScope()) {
      ForwardActivations activations = model.forward(batch, recompute, seeds, work);
      Tensor hidden = activations.hidden();
      Tensor gradient = TensorOps.zeros(work, hidden.dtype(), hidden.shape());
      float[] weights = tokenWeights(batch);
      double sum = 0;
      int chunk = Math.min(chunkSize > 0 ? chunkSize : chunk(model), rows.length);
      for (int from = 0; from < rows.length; from += chunk) {
        int[] part = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + chunk));
        float[] partWeights = new float[part.length];
        for (int i = 0; i < part.length; i++) {
          partWeights[i] = (float) (weights[part[i]] * scale);
        }
        try (TensorScope step = work.nested()) {
          Tensor losses =
              model
                  .output()
                  .lossesBackward(
                      hidden,
                      step.longs(part),
                      step.longs(targets(batch, part)),
                      step.floats(partWeights),
                      labelSmoothing,
                      gradient,
                      seeds,
                      step);
          sum += weightedSum(losses, weights, part);
        }
      }
      double router = 0;
      if (routerAuxLossCoef > 0) {
        router =
            rows.length * model.routerLoss(activations, routerAuxLossCoef * rows.length * scale);
      }
      model.backward(activations, gradient);
      return new LossSum(sum + routerAuxLossCoef * router, rows.length, router);
    }
  }

  @Override
  public LossSum loss(BoundModel model, BatchTensors batch) {
    int[] rows = batch.labelledRows();
    double[] losses = tokenLosses(model, batch);
    float[] weights = tokenWeights(batch);
    double sum = 0;
    for (int i = 0; i < rows.length; i++) {
      sum += losses[i] * weights[rows[i]];
    }
    return new LossSum(sum, rows.length);
  }

  /**
   * The negative log-likelihood of each labelled token in nats, in the order of {@link
   * BatchTensors#labelledRows}.
   */
  public double[] tokenLosses(BoundModel model, BatchTensors batch) {
    int[] rows = batch.labelledRows();
    double[] all = new double[rows.length];
    if (rows.length == 0) {
      return all;
    }
    try (TensorScope work = model.workScope()) {
      Tensor hidden = model.hidden(batch, work);
      int chunk = chunk(model);
      for (int from = 0; from < rows.length; from += chunk) {
        int[] part = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + chunk));
        try (TensorScope step = work.nested()) {
          Tensor losses =
              model
                  .output()
                  .losses(hidden, step.longs(part), step.longs(targets(batch, part)), step);
          double[] values = doubles(losses);
          System.arraycopy(values, 0, all, from, values.length);
        }
      }
    }
    return all;
  }

  /** Rows whose scores are held at once. */
  static int chunk(BoundModel model) {
    Architecture architecture = model.architecture();
    return (int) (chunkScores(architecture) / architecture.head().out().outputs());
  }

  /**
   * The most scores that training holds at once.
   *
   * @param chunkSize as for {@link #inChunksOf}
   */
  public static long chunkScores(Architecture architecture, int chunkSize) {
    return chunkSize > 0
        ? (long) chunkSize * architecture.head().out().outputs()
        : chunkScores(architecture);
  }

  /** The most scores of a model that are held at once, of words or of labels. */
  public static long chunkScores(Architecture architecture) {
    long outputs = architecture.head().out().outputs();
    return Math.max(16, CHUNK_SCORES / outputs) * outputs;
  }

  static long[] targets(BatchTensors batch, int[] rows) {
    int[] labels = batch.batch().labels();
    return Arrays.stream(rows).mapToLong(row -> labels[row]).toArray();
  }

  /** The weight of the example that each token of the batch belongs to. */
  static float[] tokenWeights(BatchTensors batch) {
    float[] weights = new float[batch.batch().tokenIds().length];
    int token = 0;
    int[] lengths = batch.batch().sequenceLengths();
    for (int d = 0; d < lengths.length; d++) {
      Arrays.fill(weights, token, token + lengths[d], batch.batch().exampleWeights()[d]);
      token += lengths[d];
    }
    return weights;
  }

  static double weightedSum(Tensor losses, float[] weights, int[] rows) {
    double sum = 0;
    double[] values = doubles(losses);
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * weights[rows[i]];
    }
    return sum;
  }

  private static double[] doubles(Tensor losses) {
    if (losses.dtype() == org.tune4j.engine.tensor.DType.FLOAT64) {
      return losses.toDoubles();
    }
    float[] floats = losses.toFloats();
    double[] values = new double[floats.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }
}
