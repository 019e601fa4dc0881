package org.tune4j.rlhf.advantage;

/**
 * Estimators of the divergence of two policies from a token that the first one said (Schulman,
 * "Approximating KL Divergence", 2020). In expectation all of them are KL(policy‖other), {@link
 * #K2} for close ones.
 */
public enum KlEstimator {
  /** {@code log p - log q}: without bias, may be negative. */
  K1 {
    @Override
    public double of(double logProb, double other) {
      return logProb - other;
    }
  },
  /** {@code (log p - log q)^2 / 2}: biased, never negative. */
  K2 {
    @Override
    public double of(double logProb, double other) {
      return (logProb - other) * (logProb - other) / 2;
    }
  },
  /** {@code q/p - 1 - log(q/p)}: without bias, never negative. */
  K3 {
    @Override
    public double of(double logProb, double other) {
      return Math.expm1(other - logProb) - (other - logProb);
    }
  };

  /**
   * The estimate of one token, in nats.
   *
   * @param logProb its log-probability under the policy that said it
   * @param other that under the other one
   */
  public abstract double of(double logProb, double other);

  /** The estimate of a response, the sum over its tokens, in nats. */
  public double sum(double[] logProbs, double[] others) {
    double sum = 0;
    for (int t = 0; t < logProbs.length; t++) {
      sum += of(logProbs[t], others[t]);
    }
    return sum;
  }
}
