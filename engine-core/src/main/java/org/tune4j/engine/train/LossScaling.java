package org.tune4j.engine.train;

import java.util.Optional;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.optim.LossScaler;
import org.tune4j.engine.train.StepResult.Outcome;

/**
 * The loss scale of a run in fp16. It is among the run's listeners so that checkpoints keep it; a
 * run that goes back to earlier weights keeps its scale.
 */
final class LossScaling implements RunListener {
  private final LossScaler scaler;
  private long overflows;

  LossScaling(LossScaler.Settings settings) {
    this.scaler = new LossScaler(settings);
  }

  /** What the loss of the next step is multiplied with. */
  float scale() {
    return scaler.scale();
  }

  /** Steps of the run whose update was not made because their gradients overflowed. */
  long overflows() {
    return overflows;
  }

  /**
   * Takes note of a step. A fault that the scale has no part in leaves it where it is.
   *
   * @return what is to be told of it
   */
  Optional<LossScaleChange> after(long step, Outcome outcome) {
    if (outcome == Outcome.NOT_FINITE) {
      return Optional.empty();
    }
    boolean overflowed = outcome == Outcome.OVERFLOW;
    float before = scaler.scale();
    scaler.update(!overflowed);
    overflows += overflowed ? 1 : 0;
    return overflowed || scaler.scale() != before
        ? Optional.of(new LossScaleChange(step, scaler.scale(), overflowed, overflows))
        : Optional.empty();
  }

  @Override
  public String state() {
    return scaler.scale() + " " + scaler.state().growthTracker() + " " + overflows;
  }

  @Override
  public void restore(String state) {
    try {
      String[] parts = state.split(" ");
      scaler.restore(new LossScaler.State(Float.parseFloat(parts[0]), Integer.parseInt(parts[1])));
      overflows = Long.parseLong(parts[2]);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new ModelFormatException(
          "The checkpoint's loss scale: wanted the scale, finite steps fewer than growth_interval, and"
              + " overflows; found '"
              + state
              + "'",
          e);
    }
  }
}
