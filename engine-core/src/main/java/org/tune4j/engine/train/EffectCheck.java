package org.tune4j.engine.train;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tune4j.engine.NativeMemoryException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Whether training has an effect, seen at a run's first updates: each trained tensor gets a
 * gradient that is not zero (unless the objective says that it cannot), and the loss of the first
 * micro batch moves. A run in which either fails would end well and have learned nothing.
 *
 * <p>LoRA's A has no gradient as long as B is zero, and a warm-up may begin with a rate of zero: so
 * gradients are judged by the end of the first update that follows a move; where whole layers are
 * left out at random, after more of them. Bf16 can swallow the first small moves: so the loss is
 * judged after the warm-up.
 */
final class EffectCheck {
  private static final int PATIENCE_WITH_LAYERS_LEFT_OUT = 32;

  private final BoundModel model;
  private final Objective objective;
  private final TrainStep step;
  private final long warmupSteps;
  private final Set<String> withoutGradient = new TreeSet<>();
  private Batch first;
  private double lossBefore;
  private boolean moved;
  private int patience;
  private boolean gradientsSeen;

  EffectCheck(
      BoundModel model,
      TrainableTensors weights,
      Objective objective,
      TrainStep step,
      long warmupSteps) {
    this.model = model;
    this.objective = objective;
    this.step = step;
    this.warmupSteps = warmupSteps;
    this.patience = model.leavesLayersOut() ? PATIENCE_WITH_LAYERS_LEFT_OUT : 1;
    weights.all().forEach(trainable -> withoutGradient.add(trainable.slot().name()));
    withoutGradient.removeAll(objective.blindTo(model.architecture()));
  }

  /** Takes the measure of the run's first batch, before it is learned. */
  void before(List<Batch> microBatches) {
    first = microBatches.get(0);
    try {
      lossBefore = loss();
    } catch (NativeMemoryException e) {
      throw new MicroBatchMemoryException(0, first, e);
    }
  }

  /**
   * Looks at an update.
   *
   * @return whether nothing is left to look at
   * @throws NumericalException if training has no effect
   */
  boolean after(StepResult result) {
    if (Double.isNaN(result.loss()) || !objective.isWhole()) {
      return false; // No label, or none that weighs anything; or not all learns yet.
    }
    if (!gradientsSeen) {
      withoutGradient.retainAll(step.zeroGradients());
      patience -= moved ? 1 : 0;
      gradientsSeen = patience == 0 || withoutGradient.isEmpty();
      if (gradientsSeen && !withoutGradient.isEmpty()) {
        throw new NumericalException(
            "Step %d: %d trained tensors had no gradient so far, each entry exactly zero, and would learn nothing: %s; leave them out of what is trained"
                .formatted(
                    result.step(),
                    withoutGradient.size(),
                    withoutGradient.stream().limit(10).toList()));
      }
    }
    moved |= result.learningRate() > 0;
    if (!gradientsSeen || !moved || result.step() <= warmupSteps) {
      return false;
    }
    if (objective.weight(first) > 0 && loss() == lossBefore) {
      throw new NumericalException(
          "Step %d: the loss of the first batch is what it was before, %s, to the last bit: training moves nothing; raise learning_rate"
              .formatted(result.step(), lossBefore));
    }
    return true;
  }

  private double loss() {
    try (TensorScope work = model.workScope()) {
      return objective.loss(model, model.upload(first, work)).sum();
    }
  }
}
