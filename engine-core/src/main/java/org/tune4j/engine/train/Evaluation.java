package org.tune4j.engine.train;

import java.util.Map;
import org.tune4j.engine.model.BoundModel;

/** Measures a model: decides early stopping and the best model, and is printed and plotted. */
@FunctionalInterface
public interface Evaluation {
  /**
   * Measures.
   *
   * @return value by name, for example {@code eval_loss}; in the order to show them
   */
  Map<String, Double> evaluate(BoundModel model);
}
