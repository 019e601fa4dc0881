package org.tune4j.rlhf.loss;

/**
 * The clipped surrogate of PPO (Schulman et al., 2017, eq. 7) with bounds of their own on each side
 * (Yu et al., 2025: DAPO) and, where asked for, a bound for negative advantages too: {@code
 * -min(min(r, delta) A, clip(r, 1 - low, 1 + high) A)}.
 *
 * @param delta the largest ratio that is learned from whatever the advantage; infinite for none
 */
public record ClippedSurrogate(double low, double high, double delta) implements Surrogate {
  @Override
  public double of(double logRatio, double advantage, double logProb) {
    double ratio = Math.exp(logRatio);
    return Math.max(-advantage * capped(ratio), -advantage * clipped(ratio));
  }

  @Override
  public double byLogRatio(double logRatio, double advantage) {
    double ratio = Math.exp(logRatio);
    boolean moves = isBound(logRatio, advantage) ? clipped(ratio) == ratio : capped(ratio) == ratio;
    return moves ? -advantage * ratio : 0;
  }

  @Override
  public double byLogProb(double logRatio, double advantage) {
    return 0;
  }

  /** Whether the bound of both sides is the larger loss. */
  public boolean isBound(double logRatio, double advantage) {
    double ratio = Math.exp(logRatio);
    return -advantage * clipped(ratio) > -advantage * capped(ratio);
  }

  @Override
  public Clip clip(double logRatio, double advantage) {
    double ratio = capped(Math.exp(logRatio));
    if (advantage < 0 && ratio < 1 - low) {
      return Clip.LOW;
    }
    return advantage > 0 && ratio > 1 + high ? Clip.HIGH : Clip.NONE;
  }

  private double capped(double ratio) {
    return Math.min(delta, ratio);
  }

  private double clipped(double ratio) {
    return Math.max(1 - low, Math.min(1 + high, ratio));
  }
}
