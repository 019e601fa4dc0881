package org.tune4j.engine.train;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.tune4j.engine.NativeMemoryException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.optim.LossScaler;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.optim.UpdateResolution;
import org.tune4j.engine.tensor.Finishing;
import org.tune4j.engine.tensor.NativeHeap;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult.Outcome;

/**
 * One update: micro-batches forward and backward, the loss normalised over the labels of the whole
 * step, scaled where that is asked for and the gradients divided by it, the finite check, clipping,
 * the optimizer. There is no other place where any of it is done.
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
  private Supplier<Set<String>> zeroGradients = Set::of;

  /** Tokens of each micro-batch of the step before. */
  private int[] sizesOfLast = {};

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
    NativeHeap.keepUntilTrimmed();
  }

  /**
   * Makes one step. Where the loss, the gradient or its square are not finite, or the loss is above
   * the limit, the update is not made and the weights are as they were; but for released gradients,
   * of which those blocks are updated whose own are finite.
   *
   * @param microBatches together the step's batch
   * @param step steps made before this one
   * @param lossLimit a higher loss is not learned from; infinite for no limit
   * @throws MicroBatchMemoryException if there is no memory for one of them; nothing was updated
   *     unless gradients are released
   */
  public StepResult run(
      List<Batch> microBatches, long step, double learningRate, double lossLimit) {
    return run(microBatches, step, learningRate, lossLimit, LossScaler.FLOOR, null);
  }

  /**
   * Makes one step, as {@link #run(List, long, double, double)}.
   *
   * @param lossScale what the loss is multiplied with, and its gradient divided by before anything
   *     is done with it
   * @param resolution measures the update; null for not measured
   */
  StepResult run(
      List<Batch> microBatches,
      long step,
      double learningRate,
      double lossLimit,
      float lossScale,
      UpdateResolution resolution) {
    if (microBatches.isEmpty()) {
      throw new IllegalArgumentException("a step needs a micro-batch, found none");
    }
    long start = System.nanoTime();
    trimHeap(microBatches);
    List<Batch> read = microBatches.stream().map(model::read).toList();
    long labels = read.stream().mapToLong(Batch::labelCount).sum();
    double weight = read.stream().mapToDouble(objective::weight).sum();
    objective.begin(read);
    Made made =
        releases()
            ? makeReleased(microBatches, step, weight, learningRate)
            : make(microBatches, step, weight, learningRate, lossLimit, lossScale, resolution);
    long tokens = microBatches.stream().mapToLong(b -> b.tokenIds().length).sum();
    return new StepResult(
        step + 1,
        made.mean(),
        weight > 0 ? made.loss().router() / made.loss().weight() : 0,
        made.norm(),
        learningRate,
        tokens,
        labels,
        (System.nanoTime() - start) / 1e9,
        made.outcome());
  }

  /** The pieces of a step of other sizes are in the way of this one's. */
  private void trimHeap(List<Batch> microBatches) {
    int[] sizes = microBatches.stream().mapToInt(Batch::tokens).toArray();
    if (Arrays.equals(sizes, sizesOfLast)) {
      NativeHeap.trimGrowth();
    } else {
      NativeHeap.trim();
      sizesOfLast = sizes;
    }
  }

  /** What came of a step. */
  private record Made(LossSum loss, double mean, double norm, Outcome outcome) {}

  private boolean releases() {
    return trainables.storage().gradients() == TrainedStorage.Gradients.RELEASED;
  }

  private Made make(
      List<Batch> microBatches,
      long step,
      double weight,
      double learningRate,
      double lossLimit,
      float lossScale,
      UpdateResolution resolution) {
    gradients.clear();
    LossSum loss = lossAndGradients(microBatches, step, weight, lossScale);
    gradients.divide(lossScale);
    double mean = loss.mean() + (weight > 0 ? objective.addPenalty() : 0);
    double norm = gradients.norm();
    double factor = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (norm + 1e-6)) : 1;
    Outcome outcome =
        lossScale > LossScaler.FLOOR && Double.isFinite(mean) && !Double.isFinite(norm)
            ? Outcome.OVERFLOW
            : outcome(weight, norm * factor, mean, lossLimit);
    if (outcome == Outcome.UPDATED) {
      // An update that the end of the JVM cut in two would leave weights that belong to no step.
      try (Finishing.Insisted whole = Finishing.insist()) {
        if (resolution == null) {
          optimizer.step(learningRate, factor);
        } else {
          resolution.measure(() -> optimizer.step(learningRate, factor));
        }
      }
    }
    zeroGradients = gradients::zero;
    return new Made(loss, mean, norm, outcome);
  }

  private Made makeReleased(
      List<Batch> microBatches, long step, double weight, double learningRate) {
    if (microBatches.size() > 1 || maxGradNorm > 0) {
      throw new IllegalArgumentException(
          "Released gradients are neither added up over micro-batches nor clipped");
    }
    gradients.clear();
    ReleasedUpdate update = new ReleasedUpdate(trainables, optimizer.begin(learningRate, 1));
    try (Finishing.Insisted whole = Finishing.insist()) {
      model.afterBlock(update::of);
      LossSum loss = lossAndGradients(microBatches, step, weight, LossScaler.FLOOR);
      if (weight == 0) {
        // Nothing went backward; blocks move by what is left of earlier updates, as all do.
        trainables.ranges().stream()
            .map(TrainedRange::unit)
            .filter(unit -> unit != Trainable.NO_BLOCK)
            .distinct()
            .forEach(update::of);
      }
      update.of(Trainable.NO_BLOCK);
      Outcome outcome = outcome(weight, update.norm(), loss.mean(), Double.POSITIVE_INFINITY);
      update.finish();
      zeroGradients = update::zero;
      return new Made(loss, loss.mean(), update.norm(), outcome);
    } finally {
      model.afterBlock(block -> {});
    }
  }

  private LossSum lossAndGradients(
      List<Batch> microBatches, long step, double weight, float lossScale) {
    LossSum loss = LossSum.NONE;
    for (int i = 0; i < microBatches.size(); i++) {
      try (TensorScope work = model.workScope()) {
        loss =
            loss.plus(
                objective.lossAndGradients(
                    model,
                    model.upload(microBatches.get(i), work),
                    weight > 0 ? lossScale / weight : lossScale,
                    recompute,
                    new BlockSeeds(seed, step, i)));
      } catch (NativeMemoryException e) {
        throw new MicroBatchMemoryException(step, microBatches.get(i), e);
      }
    }
    return loss;
  }

  /** The names of the tensors whose gradient was exactly zero in the step made last. */
  Set<String> zeroGradients() {
    return zeroGradients.get();
  }

  /** Whether a gradient of this norm can be learned from. */
  static boolean isSound(double norm) {
    return norm <= LARGEST_NORM;
  }

  private static Outcome outcome(double weight, double norm, double mean, double lossLimit) {
    if (weight > 0 && !(isSound(norm) && Double.isFinite(mean))) {
      return Outcome.NOT_FINITE;
    }
    return mean > lossLimit ? Outcome.LOSS_SPIKE : Outcome.UPDATED;
  }
}
