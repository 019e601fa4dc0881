package org.tune4j.engine.model;

/**
 * Which keys a query meets, and what becomes of their scores.
 *
 * @param scale factor on the scores
 * @param causal whether a token sees only what stands before it, and itself
 * @param window a token sees so many tokens, itself the last; 0 for all
 * @param softCap scores become {@code cap * tanh(score / cap)}; 0 for none (Gemma 2)
 */
public record ScoreRule(double scale, boolean causal, int window, double softCap) {
  public ScoreRule {
    if (window < 0 || window > 0 && !causal || softCap < 0) {
      throw new IllegalArgumentException(
          "A window of " + window + ", causal " + causal + ", and a cap of " + softCap);
    }
  }

  /** The same where a token sees the last so many tokens; 0 for all. */
  public ScoreRule within(int tokens) {
    return new ScoreRule(scale, causal, tokens, softCap);
  }

  /** As the kernels take them. */
  String literals() {
    return KernelText.text("%s, %s, %d, %s", scale, causal ? "True" : "False", window, softCap);
  }

  /** Causal, without window and cap. */
  public static ScoreRule causal(double scale) {
    return new ScoreRule(scale, true, 0, 0);
  }
}
