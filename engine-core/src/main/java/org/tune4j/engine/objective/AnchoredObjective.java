package org.tune4j.engine.objective;

import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;

/**
 * Another loss, and {@code lambda / 2 sum F (theta - theta*)^2} once a step: weights that an old
 * task needs stay near what it left them at.
 *
 * @param inner the loss of batches
 * @param anchor F and theta* of what is trained
 * @param lambda at least 0
 */
public record AnchoredObjective(Objective inner, WeightAnchor anchor, double lambda)
    implements Objective {
  public AnchoredObjective {
    if (!(lambda >= 0 && Double.isFinite(lambda))) {
      throw new ConfigException("lambda: wanted a finite number of at least 0, found " + lambda);
    }
  }

  @Override
  public double weight(Batch batch) {
    return inner.weight(batch);
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    return inner.lossAndGradients(model, batch, scale, recompute, seeds);
  }

  @Override
  public double addPenalty() {
    return inner.addPenalty() + anchor.addPenalty(lambda);
  }

  @Override
  public LossSum loss(BoundModel model, BatchTensors batch) {
    return inner.loss(model, batch);
  }
}
