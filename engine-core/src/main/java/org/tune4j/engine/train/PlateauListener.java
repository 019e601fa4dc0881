package org.tune4j.engine.train;

import java.util.Map;
import org.tune4j.engine.optim.Plateau;

/** Tells a {@link Plateau} of each evaluation, and has checkpoints keep where it stands. */
record PlateauListener(Plateau plateau, String metric) implements RunListener {
  @Override
  public void onEvaluation(long step, Map<String, Double> values) {
    // The loop refuses an evaluation without it.
    if (values.containsKey(metric)) {
      plateau.evaluated(values.get(metric));
    }
  }

  @Override
  public String state() {
    return plateau.state();
  }

  @Override
  public void restore(String state) {
    plateau.restore(state);
  }
}
