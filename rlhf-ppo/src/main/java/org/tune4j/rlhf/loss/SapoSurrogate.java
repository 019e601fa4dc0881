package org.tune4j.rlhf.loss;

/**
 * Soft adaptive policy optimisation (Gao et al., 2025): a soft gate in place of a bound, {@code
 * -4/T sigmoid(T (r - 1)) A}.
 *
 * @param positive T of positive advantages
 * @param negative T of the others
 */
public record SapoSurrogate(double positive, double negative) implements Surrogate {
  @Override
  public double of(double logRatio, double advantage, double logProb) {
    double temperature = temperature(advantage);
    return -4 / temperature * gate(logRatio, temperature) * advantage;
  }

  @Override
  public double byLogRatio(double logRatio, double advantage) {
    double gate = gate(logRatio, temperature(advantage));
    return gate == 0 || gate == 1 ? 0 : -4 * gate * (1 - gate) * Math.exp(logRatio) * advantage;
  }

  @Override
  public double byLogProb(double logRatio, double advantage) {
    return 0;
  }

  @Override
  public Clip clip(double logRatio, double advantage) {
    return Clip.NONE;
  }

  private double temperature(double advantage) {
    return advantage > 0 ? positive : negative;
  }

  private static double gate(double logRatio, double temperature) {
    return 1 / (1 + Math.exp(-temperature * (Math.exp(logRatio) - 1)));
  }
}
