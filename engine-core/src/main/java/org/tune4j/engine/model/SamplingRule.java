package org.tune4j.engine.model;

/**
 * How the next token is chosen from its scores (kernel file {@code sampling.py}).
 *
 * @param repetitionPenalty 1 for none; scores of tokens that occurred are divided by it where
 *     positive, multiplied where negative
 * @param temperature 0 for the best token without any chance
 * @param topK how many of the best tokens are drawn from; 0 for all
 * @param topP the share of probability that the best tokens drawn from reach; 1 for all
 * @param minP tokens are drawn from whose probability is at least this share of the best one's; 0
 *     for all
 */
public record SamplingRule(
    double repetitionPenalty, double temperature, int topK, double topP, double minP) {
  /** The best token, always. */
  public static final SamplingRule GREEDY = new SamplingRule(1, 0, 0, 1, 0);

  public SamplingRule {
    if (!(repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY)
        || !(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)
        || topK < 0
        || !(topP > 0 && topP <= 1)
        || !(minP >= 0 && minP <= 1)) {
      throw new IllegalArgumentException(
          "No sampling rule: repetition penalty %s (above 0), temperature %s (0 or more), top k %d (0 or more), top p %s (above 0, at most 1), min p %s (0 to 1)"
              .formatted(repetitionPenalty, temperature, topK, topP, minP));
    }
  }

  /** Whether the choice depends on the tokens that occurred. */
  boolean readsHistory() {
    return repetitionPenalty != 1;
  }

  double[] settings() {
    return new double[] {repetitionPenalty, temperature, topK, topP, minP};
  }
}
