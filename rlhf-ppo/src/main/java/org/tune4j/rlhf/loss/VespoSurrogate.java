package org.tune4j.rlhf.loss;

/**
 * Variational sequence-level soft policy optimisation (Shen et al., 2026): the likelihood of every
 * token, weighted by its advantage and by a function of the response's ratio that is not learned
 * through: {@code -r^k e^(l (1 - r)) A log p}.
 *
 * @param kPos k of advantages that are not negative
 * @param lambdaPos l of them
 */
public record VespoSurrogate(double kPos, double lambdaPos, double kNeg, double lambdaNeg)
    implements Surrogate {
  private static final double LEAST = Math.log(1e-8);
  private static final double MOST = 20;

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
    double bounded = Math.max(LEAST, Math.min(MOST, logRatio));
    double k = advantage >= 0 ? kPos : kNeg;
    double lambda = advantage >= 0 ? lambdaPos : lambdaNeg;
    return -Math.exp(lambda + k * bounded - lambda * Math.exp(bounded)) * advantage;
  }

  @Override
  public Clip clip(double logRatio, double advantage) {
    return Clip.NONE;
  }
}
