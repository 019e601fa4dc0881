package org.tune4j.eval.metric;

import org.tune4j.engine.ConfigException;

/** pass@k (Chen et al., 2021). */
public final class PassAtK {
  private PassAtK() {}

  /**
   * How likely one of {@code k} samples is right, estimated without bias from more of them: {@code
   * 1 - C(n-c, k) / C(n, k)}. The score of several problems is the mean of this.
   *
   * @param samples how many were drawn, n
   * @param correct how many of them are right, c
   * @throws ConfigException if not {@code 0 <= correct <= samples} and {@code 1 <= k <= samples}
   */
  public static double of(int samples, int correct, int k) {
    if (correct < 0 || correct > samples || k < 1 || k > samples) {
      throw new ConfigException(
          "pass@k: found %d samples, %d correct, k %d; wanted 0 <= correct <= samples and 1 <= k <= samples"
              .formatted(samples, correct, k));
    }
    double allWrong = 1;
    for (int i = samples - correct + 1; i <= samples; i++) {
      // binomials of hundreds overflow; this product of their quotients does not
      allWrong *= i <= k ? 0 : 1 - (double) k / i;
    }
    return 1 - allWrong;
  }
}
