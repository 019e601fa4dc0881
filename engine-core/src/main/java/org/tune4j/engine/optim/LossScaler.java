package org.tune4j.engine.optim;

import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NumericalException;

/**
 * What the loss is multiplied with so that fp16 gradients neither vanish nor overflow: the state
 * machine of {@code torch.amp.GradScaler}. After each step whose gradients were finite it counts;
 * so many in a row, and the scale grows. A step whose gradients were not is to be skipped, and the
 * scale backs off.
 *
 * <p>Unlike torch's it has a floor: torch's scale falls until its inverse is infinite in fp32, and
 * the next finite step ruins the weights. The caller looks at gradients <em>after</em> it has
 * divided them by the scale, for the same reason.
 */
public final class LossScaler {
  /** The least scale: at 1 it does nothing, and what still overflows does not do so for it. */
  public static final float FLOOR = 1;

  /**
   * Its settings, with torch's defaults.
   *
   * @param initScale the first scale, from {@value LossScaler#FLOOR} on
   * @param growthFactor by which it grows, above 1
   * @param backoffFactor by which it backs off, between 0 and 1
   * @param growthInterval after so many finite steps in a row it grows
   */
  public record Settings(
      float initScale, float growthFactor, float backoffFactor, int growthInterval) {
    public static final Settings DEFAULT = new Settings(65536, 2, 0.5f, 2000);

    public Settings {
      require(initScale >= FLOOR && Float.isFinite(initScale), "init_scale", initScale);
      require(growthFactor > 1 && Float.isFinite(growthFactor), "growth_factor", growthFactor);
      require(backoffFactor > 0 && backoffFactor < 1, "backoff_factor", backoffFactor);
      require(growthInterval > 0, "growth_interval", growthInterval);
    }

    private static void require(boolean holds, String key, Object found) {
      if (!holds) {
        throw new ConfigException(
            key
                + " = "
                + found
                + ": wanted are init_scale >= 1, growth_factor > 1, backoff_factor between 0 and 1,"
                + " growth_interval > 0");
      }
    }
  }

  /**
   * Where it stands, for checkpoints.
   *
   * @param scale what the loss is multiplied with
   * @param growthTracker finite steps since the scale last changed
   */
  public record State(float scale, int growthTracker) {}

  private final Settings settings;
  private State state;

  /** One that has seen no step. */
  public LossScaler(Settings settings) {
    this.settings = settings;
    this.state = new State(settings.initScale(), 0);
  }

  /** What the loss of the next step is multiplied with, and its gradients divided by. */
  public float scale() {
    return state.scale();
  }

  public State state() {
    return state;
  }

  /**
   * Goes on from a checkpoint.
   *
   * @throws IllegalArgumentException if it can never have stood there
   */
  public void restore(State saved) {
    if (!(saved.scale() >= FLOOR && Float.isFinite(saved.scale()))
        || saved.growthTracker() < 0
        || saved.growthTracker() >= settings.growthInterval()) {
      throw new IllegalArgumentException(saved + " with " + settings);
    }
    state = saved;
  }

  /**
   * Takes note of a step.
   *
   * @param finite whether its gradients were, divided by the scale; if not the step is skipped
   * @throws NumericalException if they were not and the scale is at its floor
   */
  public void update(boolean finite) {
    if (!finite) {
      if (state.scale() == FLOOR) {
        throw new NumericalException(
            "Gradients overflow in fp16 even with a loss scale of "
                + FLOOR
                + ": compute in bf16 or fp32, or lower learning_rate");
      }
      state = new State(Math.max(FLOOR, state.scale() * settings.backoffFactor()), 0);
    } else if (state.growthTracker() + 1 < settings.growthInterval()) {
      state = new State(state.scale(), state.growthTracker() + 1);
    } else {
      float grown = state.scale() * settings.growthFactor();
      state = new State(Float.isFinite(grown) ? grown : state.scale(), 0);
    }
  }
}
