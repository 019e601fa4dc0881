package org.tune4j.rlhf.preference;

import org.tune4j.engine.data.Batch;

/** A loss of judged answers, in their log-probabilities. */
public interface PreferenceLoss {
  /** Losses and gradients of the answers of a batch. */
  Graded of(ScoredAnswers answers);

  /** Whether answers are compared two by two; else each is judged alone. */
  default boolean isPaired() {
    return true;
  }

  /** Whether it compares with a reference. */
  default boolean usesReference() {
    return true;
  }

  /** Whether it needs {@link ScoredAnswers#kl}. */
  default boolean usesKl() {
    return false;
  }

  /** Whether it compares rows with each other, and so says nothing of one that is alone. */
  default boolean comparesRows() {
    return usesKl();
  }

  /**
   * What a token of an answer counts that lies beyond the shorter one of its pair (LD-DPO, Liu et
   * al., 2024); 1 for as much as others.
   */
  default double ldAlpha() {
    return 1;
  }

  /** How much the mean negative log-likelihood of chosen tokens counts besides; 0 for nothing. */
  default double nllWeight() {
    return 0;
  }

  /** Whether that is of the prompt too. */
  default boolean nllOfPrompt() {
    return false;
  }

  /** How many losses a batch has, of pairs alone where these are compared. */
  default int count(Batch batch) {
    return isPaired() ? batch.documents() / 2 : batch.documents();
  }
}
