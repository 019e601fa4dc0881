package org.tune4j.rlhf.loss;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Of what the ratio is that a policy learns by. */
public enum RatioLevel {
  /** Of each token. */
  TOKEN,
  /** Of a response: the geometric mean of its tokens' (GSPO: Zheng et al., 2025). */
  SEQUENCE,
  /** Of a response: the product of its tokens', which is the ratio of its probabilities. */
  SEQUENCE_PRODUCT;

  /**
   * Logarithms of the ratios that the tokens of a response learn by.
   *
   * @param logProbs {@code [response]}, now
   * @param old {@code [response]}, before the update
   */
  public double[] logRatios(double[] logProbs, double[] old) {
    double[] ratios =
        IntStream.range(0, old.length).mapToDouble(t -> logProbs[t] - old[t]).toArray();
    if (this != TOKEN) {
      double sum = Arrays.stream(ratios).sum();
      Arrays.fill(ratios, this == SEQUENCE ? sum / ratios.length : sum);
    }
    return ratios;
  }

  /**
   * What the losses of all tokens of a response together change by with one token's
   * log-probability, for a change of 1 of one of them with the logarithm of its ratio.
   */
  double chain(int tokens) {
    return this == SEQUENCE_PRODUCT ? tokens : 1;
  }
}
