package org.tune4j.rlhf.grpo;

import org.tune4j.rlhf.loss.LossNormaliser;

/** Losses of {@link GrpoConfig}, by TRL's names. */
public enum LossType {
  GRPO(LossNormaliser.RESPONSES),
  BNPO(LossNormaliser.TOKENS),
  DR_GRPO(LossNormaliser.LENGTH_LIMIT),
  DAPO(LossNormaliser.UPDATE_TOKENS),
  CISPO(LossNormaliser.UPDATE_TOKENS),
  SAPO(LossNormaliser.RESPONSES),
  LUSPO(LossNormaliser.RESPONSE_SUMS),
  VESPO(LossNormaliser.UPDATE_TOKENS);

  private final LossNormaliser normaliser;

  LossType(LossNormaliser normaliser) {
    this.normaliser = normaliser;
  }

  LossNormaliser normaliser() {
    return normaliser;
  }

  /** Whether its ratio is kept within bounds. */
  boolean isClipped() {
    return this != CISPO && this != SAPO && this != VESPO;
  }
}
