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

/** Another loss, of which something is changed in training: all else is as that has it. */
public interface AroundObjective extends Objective {
  /** The loss without what this does. */
  Objective plain();

  @Override
  default double weight(Batch batch) {
    return plain().weight(batch);
  }

  @Override
  default void begin(List<Batch> step) {
    plain().begin(step);
  }

  @Override
  default Map<String, Double> figures() {
    return plain().figures();
  }

  @Override
  default LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    return plain().lossAndGradients(model, batch, scale, recompute, seeds);
  }

  @Override
  default double addPenalty() {
    return plain().addPenalty();
  }

  @Override
  default boolean isWhole() {
    return plain().isWhole();
  }

  @Override
  default Set<String> blindTo(Architecture model) {
    return plain().blindTo(model);
  }

  @Override
  default LossSum loss(BoundModel model, BatchTensors batch) {
    return plain().loss(model, batch);
  }
}
