package org.tune4j.engine.objective;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;

/**
 * A loss over batches: from a batch and the model's outputs to a loss and the gradients of
 * everything trained.
 */
public interface Objective {
  /**
   * By what the sum of a batch's losses is divided for their mean: how many labels it has, or what
   * they weigh.
   */
  default double weight(Batch batch) {
    return batch.labelCount();
  }

  /**
   * Before a step's micro-batches, for what depends on all of them. A step that is begun again
   * begins with this.
   *
   * @param step its micro-batches, as the model reads them
   */
  default void begin(List<Batch> step) {}

  /**
   * What else was seen of the step that was begun last, by the names of metrics; may be nothing.
   */
  default Map<String, Double> figures() {
    return Map.of();
  }

  /**
   * The loss of a micro-batch, its gradients added up.
   *
   * @param scale what gradients are multiplied with: one over the {@link #weight} of the whole step
   * @param seeds what random draws depend on; null for none
   */
  LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds);

  /**
   * What a step's loss has besides the mean over its batches, as a penalty on the weights: its
   * value; its gradient is added to theirs. Called once a step, after its micro-batches.
   */
  default double addPenalty() {
    return 0;
  }

  /**
   * Whether it gives gradients of everything that is trained: one that begins with a part of it
   * does not yet.
   */
  default boolean isWhole() {
    return true;
  }

  /**
   * Tensors of a model that cannot change the loss, by the names of their slots: they may be
   * trained, and stay what they are.
   */
  default Set<String> blindTo(Architecture model) {
    return Set.of();
  }

  /** The loss of a batch alone, without dropout and without what training adds to it. */
  LossSum loss(BoundModel model, BatchTensors batch);
}
