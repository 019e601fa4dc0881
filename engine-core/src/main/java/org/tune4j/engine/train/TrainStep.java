package org.tune4j.engine.train;

import java.util.List;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.NativeHeap;
import org.tune4j.engine.tensor.TensorScope;

/**
 * One update: micro-batches forward and backward, the loss normalised over the labels of the whole
 * step, the finite check, clipping, the optimizer. There is no other place where any of it is done.
 */
public final class TrainStep {
  private final BoundModel model;
  private final TrainableTensors trainables;
  private final Objective objective;
  private final Optimizer optimizer;
  private final Gradients gradients;
  private final Recompute recompute;
  private final double maxGradNorm;
  private final long seed;

  /**
   * A step's parts.
   *
   * @param maxGradNorm 0 for no clipping
   * @param seed the run's seed
   */
  public TrainStep(
      BoundModel model,
      TrainableTensors trainables,
      Objective objective,
      Optimizer optimizer,
      Recompute recompute,
      double maxGradNorm,
      long seed) {
    this.model = model;
    this.trainables = trainables;
    this.objective = objective;
    this.optimizer = optimizer;
    this.gradients = new Gradients(trainables);
    this.recompute = recompute;
    this.maxGradNorm = maxGradNorm;
    this.seed = seed;
  }

  /**
   * Makes one update.
   *
   * @param microBatches together the step's batch
   * @throws NumericalException if loss or gradient are not finite; nothing was changed then
   */
  public StepResult run(List<Batch> microBatches, double learningRate) {
    long start = System.nanoTime();
    long step = optimizer.steps();
    long labels = microBatches.stream().mapToLong(Batch::labelCount).sum();
    gradients.clear();
    LossSum loss = LossSum.NONE;
    for (int i = 0; i < microBatches.size(); i++) {
      try (TensorScope work = model.workScope()) {
        loss =
            loss.plus(
                objective.lossAndGradients(
                    model,
                    model.upload(microBatches.get(i), work),
                    1.0 / Math.max(1, labels),
                    recompute,
                    new BlockSeeds(seed, step, i)));
      }
    }
    double norm = gradients.norm();
    double mean = loss.mean();
    if (labels > 0 && !(Double.isFinite(norm) && Double.isFinite(mean))) {
      throw new NumericalException(
          "Step "
              + (step + 1)
              + ": loss "
              + mean
              + ", gradient norm "
              + norm
              + ": "
              + gradients.firstNotFinite()
              + "; the update was not made. Examples "
              + microBatches.stream().map(b -> java.util.Arrays.toString(b.exampleIds())).toList());
    }
    double factor = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (norm + 1e-6)) : 1;
    optimizer.step(learningRate, factor);
    NativeHeap.trim();
    long tokens = microBatches.stream().mapToLong(b -> b.tokenIds().length).sum();
    return new StepResult(
        step + 1, mean, norm, learningRate, tokens, labels, (System.nanoTime() - start) / 1e9);
  }
}
