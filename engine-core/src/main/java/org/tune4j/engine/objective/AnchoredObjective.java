package org.tune4j.engine.objective;

import org.tune4j.engine.ConfigException;

/**
 * Another loss, and {@code lambda / 2 sum F (theta - theta*)^2} once a step: weights that an old
 * task needs stay near what it left them at.
 *
 * @param plain the loss of batches
 * @param anchor F and theta* of what is trained
 * @param lambda at least 0
 */
public record AnchoredObjective(Objective plain, WeightAnchor anchor, double lambda)
    implements AroundObjective {
  public AnchoredObjective {
    if (!(lambda >= 0 && Double.isFinite(lambda))) {
      throw new ConfigException("lambda: wanted a finite number of at least 0, found " + lambda);
    }
  }

  @Override
  public double addPenalty() {
    return plain.addPenalty() + anchor.addPenalty(lambda);
  }
}
