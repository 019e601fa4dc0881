package org.tune4j.engine.model;

/** Writes the kernel calls of attention, in training and in generation. */
interface AttentionCalls extends BranchCalls {
  /** The calls of a kind of attention. */
  static AttentionCalls of(AttentionSpec attention, ProgramLists lists) {
    return attention instanceof MultiHeadAttention multiHead
        ? new MultiHeadCalls(multiHead, lists)
        : new LatentCalls((LatentAttention) attention, lists);
  }

  /**
   * The next tokens of prompts, {@code past} of each row already in {@code kc} and {@code vc},
   * which theirs are put into at {@code places}.
   */
  String prefill(String y, String x);

  /** One more token a row, with those before in {@code kc} and {@code vc}. */
  String decode(String y, String x);
}
