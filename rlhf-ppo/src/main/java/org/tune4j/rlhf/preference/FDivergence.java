package org.tune4j.rlhf.preference;

/**
 * How a policy is held to its reference (Wang et al., "Beyond Reverse KL", 2023): what an answer
 * counts is {@code f'(t)} of {@code t = policy / reference}, up to a constant.
 */
public enum FDivergence {
  /** {@code log t}: DPO itself. */
  REVERSE_KL {
    @Override
    double of(double ratio, double alpha) {
      return ratio;
    }

    @Override
    double derivative(double ratio, double alpha) {
      return 1;
    }
  },
  /** {@code 1 - 1/t}. */
  FORWARD_KL {
    @Override
    double of(double ratio, double alpha) {
      return -Math.expm1(-ratio);
    }

    @Override
    double derivative(double ratio, double alpha) {
      return Math.exp(-ratio);
    }
  },
  /** {@code log (2t / (1 + t))}. */
  JS_DIVERGENCE {
    @Override
    double of(double ratio, double alpha) {
      return Math.log(2) + Logistic.logSigmoid(ratio);
    }

    @Override
    double derivative(double ratio, double alpha) {
      return Logistic.sigmoid(-ratio);
    }
  },
  /** {@code (t^(a-1) - 1) / (a - 1)}; of a = 1 it is {@link #REVERSE_KL}. */
  ALPHA_DIVERGENCE {
    @Override
    double of(double ratio, double alpha) {
      return isOne(alpha) ? ratio : Math.expm1(exponent(ratio, alpha)) / (alpha - 1);
    }

    @Override
    double derivative(double ratio, double alpha) {
      double exponent = exponent(ratio, alpha);
      return isOne(alpha) ? 1 : exponent < LARGEST ? Math.exp(exponent) : 0;
    }
  };

  /** Above it, powers are held where they are, as TRL does it. */
  private static final double LARGEST = 80;

  private static boolean isOne(double alpha) {
    return Math.abs(alpha - 1) < 1e-6;
  }

  private static double exponent(double ratio, double alpha) {
    return Math.min((alpha - 1) * ratio, LARGEST);
  }

  /**
   * What an answer counts.
   *
   * @param ratio log t
   * @param alpha of {@link #ALPHA_DIVERGENCE}
   */
  abstract double of(double ratio, double alpha);

  /** Of {@link #of} with respect to the ratio. */
  abstract double derivative(double ratio, double alpha);
}
