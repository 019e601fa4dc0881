package org.tune4j.engine.train;

import java.util.List;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.Finishing;
import org.tune4j.engine.tensor.NativeHeap;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult.Outcome;

/**
 * One update: micro-batches forward and backward, the loss normalised over the labels of the whole
 * step, the finite check, clipping, the optimizer. There is no other place where any of it is done.
 */
public final class TrainStep {
  /** Squares of larger gradients are infinite in fp32, and with them the optimizer's state. */
  private static final double LARGEST_NORM = Math.sqrt(Float.MAX_VALUE);

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
   * Makes one step. Where the loss, the gradient or its square are not finite, or the loss is above
   * the limit, the update is not made and the weights are as they were.
   *
   * @param microBatches together the step's batch
   * @param step steps made before this one
   * @param lossLimit a higher loss is not learned from; infinite for no limit
   */
  public StepResult run(
      List<Batch> microBatches, long step, double learningRate, double lossLimit) {
    if (microBatches.isEmpty()) {
      throw new IllegalArgumentException("a step needs a micro-batch, found none");
    }
    long start = System.nanoTime();
    List<Batch> read = microBatches.stream().map(model::read).toList();
    long labels = read.stream().mapToLong(Batch::labelCount).sum();
    double weight = read.stream().mapToDouble(objective::weight).sum();
    gradients.clear();
    LossSum loss = LossSum.NONE;
    for (int i = 0; i < microBatches.size(); i++) {
      try (TensorScope work = model.workScope()) {
        loss =
            loss.plus(
                objective.lossAndGradients(
                    model,
                    model.upload(microBatches.get(i), work),
                    weight > 0 ? 1.0 / weight : 1,
                    recompute,
                    new BlockSeeds(seed, step, i)));
      }
    }
    double mean = loss.mean() + (weight > 0 ? objective.addPenalty() : 0);
    double norm = gradients.norm();
    double factor = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (norm + 1e-6)) : 1;
    Outcome outcome = outcome(weight, norm * factor, mean, lossLimit);
    if (outcome == Outcome.UPDATED) {
      // An update that the end of the JVM cut in two would leave weights that belong to no step.
      try (Finishing.Insisted whole = Finishing.insist()) {
        optimizer.step(learningRate, factor);
      }
    }
    NativeHeap.trim();
    long tokens = microBatches.stream().mapToLong(b -> b.tokenIds().length).sum();
    return new StepResult(
        step + 1,
        mean,
        weight > 0 ? loss.router() / loss.weight() : 0,
        norm,
        learningRate,
        tokens,
        labels,
        (System.nanoTime() - start) / 1e9,
        outcome);
  }

  private static Outcome outcome(double weight, double norm, double mean, double lossLimit) {
    if (weight > 0 && !(norm <= LARGEST_NORM && Double.isFinite(mean))) {
      return Outcome.NOT_FINITE;
    }
    return mean > lossLimit ? Outcome.LOSS_SPIKE : Outcome.UPDATED;
  }
}
