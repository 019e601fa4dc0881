package org.tune4j.rlhf.ppo;

import org.tune4j.engine.ConfigException;

/** How much leaving the reference costs, and how that changes. What it has come to is its state. */
public final class KlController {
  private static final double MOST_ERROR = 0.2;
  private final Double target;
  private final double horizon;
  private double coefficient;

  private KlController(double coefficient, Double target, double horizon) {
    if (!(coefficient >= 0 && Double.isFinite(coefficient))) {
      throw new ConfigException("kl_coef: wanted 0 or above, found " + coefficient);
    }
    this.coefficient = coefficient;
    this.target = target;
    this.horizon = horizon;
  }

  /** One that never changes. */
  public static KlController fixed(double coefficient) {
    return new KlController(coefficient, null, 0);
  }

  /**
   * One that seeks a divergence (Ziegler et al., 2019, section 2.2), as TRL 0.7: after each update
   * {@code coef *= 1 + clip(kl / target - 1, -0.2, 0.2) * samples / horizon}.
   *
   * @param target nats a response
   * @param horizon samples in which an error of 1 would double the coefficient
   */
  public static KlController adaptive(double coefficient, double target, double horizon) {
    if (!(target > 0 && Double.isFinite(target))) {
      throw new ConfigException("target: wanted above 0, found " + target);
    }
    if (!(horizon > 0 && Double.isFinite(horizon))) {
      throw new ConfigException("horizon: wanted above 0, found " + horizon);
    }
    return new KlController(coefficient, target, horizon);
  }

  /**
   * Refuses a controller that an update could bring to nothing or below it, where leaving the
   * reference would be paid for.
   *
   * @param samples of an update
   * @throws ConfigException if they are too many for the horizon
   */
  public void requireFor(long samples) {
    if (target != null && MOST_ERROR * samples >= horizon) {
      throw new ConfigException(
          "horizon: wanted above %s, a fifth of the %d responses of an update, found %s"
              .formatted(MOST_ERROR * samples, samples, horizon));
    }
  }

  /** What a nat of divergence costs. */
  public double coefficient() {
    return coefficient;
  }

  /** What it has come to in a run that goes on. */
  public void restore(double value) {
    coefficient = value;
  }

  /**
   * Learns what the divergence was.
   *
   * @param kl mean over the responses, in nats
   * @param samples how many there were
   * @throws ConfigException if they are too many for the horizon
   */
  public void update(double kl, long samples) {
    requireFor(samples);
    if (target != null) {
      double error = Math.max(-MOST_ERROR, Math.min(MOST_ERROR, kl / target - 1));
      coefficient *= 1 + error * samples / horizon;
    }
  }
}
