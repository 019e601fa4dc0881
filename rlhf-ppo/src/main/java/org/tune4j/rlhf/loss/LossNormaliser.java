package org.tune4j.rlhf.loss;

/**
 * How the losses of tokens become the loss of a mini-batch: a sum of them, each multiplied with a
 * {@link #factor}, divided by what the mini-batch weighs. Micro-batches only add up.
 */
public enum LossNormaliser {
  /** The mean over responses of the mean over their tokens: GRPO (Shao et al., 2024). */
  RESPONSES,
  /** The mean over the tokens of the mini-batch: BNPO. */
  TOKENS,
  /** The mean over responses of the sum over their tokens by the longest allowed: Dr. GRPO. */
  LENGTH_LIMIT,
  /**
   * The sum over tokens by how many a mini-batch of the update has on average: DAPO, as TRL has it.
   */
  UPDATE_TOKENS,
  /** The mean over responses of the sum over their tokens: LUSPO. */
  RESPONSE_SUMS;

  /**
   * What the loss of a token of a response is multiplied with.
   *
   * @param tokens of the response
   * @param update of the update
   */
  public double factor(int tokens, UpdateSize update) {
    return switch (this) {
      case RESPONSES -> 1.0 / tokens;
      case TOKENS, RESPONSE_SUMS -> 1;
      case LENGTH_LIMIT -> 1.0 / update.lengthLimit();
      case UPDATE_TOKENS -> update.responses() / Math.max(1.0, update.tokens());
    };
  }

  /**
   * What a response weighs.
   *
   * @param tokens of it that are learned from
   */
  public double weight(int tokens) {
    return this == TOKENS ? tokens : 1;
  }

  /**
   * How large an update is.
   *
   * @param responses of it, with those that are not learned from
   * @param tokens of it that are learned from
   * @param lengthLimit tokens that a response may have
   */
  public record UpdateSize(int responses, long tokens, int lengthLimit) {}
}
