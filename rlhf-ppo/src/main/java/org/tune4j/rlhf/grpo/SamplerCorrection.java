package org.tune4j.rlhf.grpo;

import java.util.Arrays;
import org.tune4j.rlhf.loss.RatioLevel;

/**
 * Weighs what was said by a sampler that is not quite the policy by the ratio of their
 * probabilities, within bounds: TRL's {@code vllm_importance_sampling_correction}.
 *
 * @param mode how
 * @param clipMax the largest ratio; infinite for none
 * @param clipMin the smallest ratio
 */
public record SamplerCorrection(Mode mode, double clipMax, double clipMin) {
  /** None. */
  public static final SamplerCorrection NONE = new SamplerCorrection(Mode.NONE, 0, 0);

  /** Of what the ratio is, and what becomes of one that is out of bounds. */
  public enum Mode {
    /** The sampler is taken for the policy. */
    NONE,
    /** A token's, brought to the bound. */
    TOKEN_TRUNCATE,
    /** A token's; the token is left out. */
    TOKEN_MASK,
    /** A response's, brought to the bound. */
    SEQUENCE_TRUNCATE,
    /** A response's; the response is left out. */
    SEQUENCE_MASK
  }

  /**
   * What the losses of tokens are multiplied with.
   *
   * @param logProbs {@code [response]}, of the policy before the update, at temperature 1
   * @param sampled {@code [response]}, of the sampler
   * @return {@code [response]}
   */
  public double[] weights(double[] logProbs, double[] sampled) {
    boolean ofTokens = mode == Mode.TOKEN_TRUNCATE || mode == Mode.TOKEN_MASK;
    RatioLevel level = ofTokens ? RatioLevel.TOKEN : RatioLevel.SEQUENCE_PRODUCT;
    return Arrays.stream(level.logRatios(logProbs, sampled))
        .map(Math::exp)
        .map(this::bounded)
        .toArray();
  }

  private double bounded(double ratio) {
    return switch (mode) {
      case NONE -> 1;
      case TOKEN_TRUNCATE, SEQUENCE_TRUNCATE -> Math.max(clipMin, Math.min(clipMax, ratio));
      case TOKEN_MASK, SEQUENCE_MASK -> ratio < clipMin || ratio > clipMax ? 0 : ratio;
    };
  }
}
