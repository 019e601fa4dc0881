package org.tune4j.rlhf.loss;

/**
 * CISPO (MiniMax-M1, 2025): the likelihood of every token, weighted by its advantage and by a ratio
 * that is bounded and not learned through: {@code -min(r, most) A log p}.
 */
public record CispoSurrogate(double most) implements Surrogate {
  @Override
  public double of(double logRatio, double advantage, double logProb) {
    return byLogProb(logRatio, advantage) * logProb;
  }

  @Override
  public double byLogRatio(double logRatio, double advantage) {
    return 0;
  }

  @Override
  public double byLogProb(double logRatio, double advantage) {
    return -Math.min(most, Math.exp(logRatio)) * advantage;
  }

  @Override
  public Clip clip(double logRatio, double advantage) {
    return advantage > 0 && Math.exp(logRatio) > most ? Clip.HIGH : Clip.NONE;
  }
}
